// What guided schedules know of one program: the places at which its tasks were seen to touch what
// others touch, and the orders that these can have. All is listed in the order in which it was met, so
// that equal runs make equal knowledge.

import {
  type Access,
  dependent,
  type KernelObject,
  type Node,
  type Task,
} from '../../engine/runtime/index.ts';
import type { Rng } from '../rng.ts';

import { announced } from './scheduler.ts';

/** One access in one operation of a task, whatever the operation has read before. */
export interface Place {
  readonly task: number;
  readonly opIndex: number;
  readonly access: Access;
}

/** That `first` comes before `second`: places of two tasks that do not commute. */
export interface Order {
  readonly first: Place;
  readonly second: Place;
  /** How often it was drawn. */
  drawn: number;
}

export class Orders {
  readonly all: Order[] = [];
  private readonly byNode = new Map<Node, Place>();
  /** By object: the end of its life concerns everything that touches it. */
  private readonly byObject = new Map<KernelObject, Place[]>();

  /** Where a task stands. A new place is paired with those of the other tasks. */
  placeOf(task: Task): Place {
    const { node } = task;
    let place = this.byNode.get(node);
    if (place === undefined) this.byNode.set(node, (place = this.intern(task)));
    return place;
  }

  private intern(task: Task): Place {
    const access = announced(task);
    const { opIndex } = task.node;
    let known = this.byObject.get(access.cell.object);
    if (known === undefined) this.byObject.set(access.cell.object, (known = []));
    const same = (p: Place) => p.access === access && p.task === task.id && p.opIndex === opIndex;
    const twin = known.find(same);
    if (twin !== undefined) return twin;
    const place = { task: task.id, opIndex, access };
    for (const other of known) this.pair(place, other);
    known.push(place);
    return place;
  }

  private pair(a: Place, b: Place): void {
    if (a.task === b.task || !orderable(a.access, b.access)) return;
    this.all.push({ first: a, second: b, drawn: 0 }, { first: b, second: a, drawn: 0 });
  }

  /** So many orders; of two candidates each time the one that was drawn less often. */
  draw(rng: Rng, count: number): Order[] {
    const { all } = this;
    if (all.length === 0) return [];
    return Array.from({ length: count }, () => {
      const a = all[rng.next(all.length)] as Order;
      const b = all[rng.next(all.length)] as Order;
      const order = b.drawn < a.drawn ? b : a;
      order.drawn++;
      return order;
    });
  }
}

/** Who releases a lock waits for nobody: there is no order to ask for. */
const orderable = (a: Access, b: Access) =>
  dependent(a, b) && a.lock?.action !== 'release' && b.lock?.action !== 'release';
