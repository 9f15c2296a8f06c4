// The executor: performs one step of one task, and takes it back. Schedulers and explorers decide
// which; they see announcements, this file performs them.

import { type Access, Flag } from './access.ts';
import type { Heap } from './heap.ts';
import { Footprint } from './footprint.ts';
import type { Value } from './hash.ts';
import { learn, rootOf } from './learn.ts';
import { alternativesNow } from './environment.ts';
import type { OrderWatch } from './discipline.ts';
import { Node, type Outcome, rootLabel } from './node.ts';
import { type KernelObject, Life } from './object.ts';
import { daemonOrder, Task, type TaskSpec } from './task.ts';
import { Trip } from './trip.ts';
import type { Watcher } from './watcher.ts';

/** Told of every step that was performed; sanitizers with a memory and traces are observers. */
export interface Observer {
  /** `before` and `after` are the announced cell's values around the step. */
  onStep(task: Task, access: Access, before: Value, after: Value, choice: number): void;
}

/** Told when operations begin and end; may store cells and raise violations. */
export interface Listener {
  onBegin(task: Task): void;
  /** `watched`: the last states of the watchers, in their order. */
  onEnd(task: Task, result: Outcome, opIndex: number, watched: readonly unknown[]): void;
  /** Whether what it stores says what becomes of it when tasks are renamed. Default: no. */
  readonly renames?: boolean;
  /**
   * Whether all that it makes of beginnings and ends is which operations had ended before which others
   * began, and the more had, the more it demands. Default: no, every order is another.
   */
  readonly intervals?: boolean;
  /** Whether it looks at cells of others when this operation begins or ends. Default: no. */
  looks?(task: Task, opIndex: number): boolean;
}

/** What every run on it shares: the heap, and the trees of the operations learnt so far. */
export interface World {
  readonly heap: Heap;
  readonly watchers: readonly Watcher<unknown>[];
  /** By task, place and label. */
  readonly roots: Map<string, Node>;
}

/** Sets of tasks are bits of an integer. */
const mostTasks = 31;

/** Of programs that are over. */
const noFootprint = new Footprint(-1);

export class Executor {
  readonly heap: Heap;
  readonly world: World;
  readonly tasks: readonly Task[];
  observer: Observer | null = null;
  listener: Listener | null = null;
  lockOrder: OrderWatch | null = null;
  /** Identity of where the tasks stand; with the heap's digest, of the whole state. */
  private digest1 = 0;
  private digest2 = 0;
  /** Tasks in the middle of an operation, daemons not counted. */
  busy = 0;
  /** Tasks of each phase that have not finished, and the first phase that has some. */
  private readonly unfinished = [0, 0, 0, 0];
  private phase = 0;

  /** @throws RangeError of more tasks than there are bits. */
  constructor(world: World, specs: readonly TaskSpec[]) {
    if (specs.length > mostTasks)
      throw new RangeError(
        `${specs.length} tasks, setup, exits and daemons included: there can be ${mostTasks}`,
      );
    this.world = world;
    this.heap = world.heap;
    this.tasks = specs.map((spec, id) => {
      const roots = spec.ops.map((op, i) => rootOf(world, spec, op, i));
      if (spec.phase !== 'daemon')
        roots.push(
          Node.root(rootLabel(spec.name, roots.length), roots.length, null, [], noFootprint),
        );
      return new Task(id, spec, roots);
    });
    for (const task of this.tasks) {
      this.digest1 ^= task.node.lane1;
      this.digest2 ^= task.node.lane2;
      if (!task.finished) (this.unfinished[task.order] as number)++;
    }
    this.phase = this.firstPhase();
  }

  get fingerprint1(): number {
    return this.heap.digest1 ^ this.digest1;
  }

  get fingerprint2(): number {
    return this.heap.digest2 ^ this.digest2;
  }

  private firstPhase(): number {
    const left = this.unfinished;
    return left[0] !== 0 ? 0 : left[1] !== 0 ? 1 : 2;
  }

  /** The order of the tasks whose turn it is; daemons run in every turn. */
  get turn(): number {
    return this.phase;
  }

  /** In how many ways the task can go on now: 0 when finished, blocked or not its turn. */
  ways(task: Task): number {
    const access = task.node.access;
    if (access === null) return 0;
    if (task.order !== this.phase && task.order !== daemonOrder) return 0;
    if (access.ready !== null && !access.ready(access.cell.stored, task.id)) return 0;
    if ((access.flags & Flag.chooses) === 0) return 1;
    return alternativesNow(access);
  }

  /** The programs are over, and the first exit has begun. */
  get exiting(): boolean {
    return this.phase === 2 && this.tasks.some((t) => t.phase === 'exit' && t.node !== t.roots[0]);
  }

  /** Every program has run to its end (daemons may still have work). */
  get finished(): boolean {
    const left = this.unfinished;
    return left[0] === 0 && left[1] === 0 && left[2] === 0;
  }

  /** Performs the announced access of `task` and its code up to the next announcement. */
  step(task: Task, choice: number): void {
    const node = task.node;
    const access = node.access as Access;
    const cell = access.cell;
    const before = cell.stored;
    if (cell.object.life.stored !== Life.live && (access.flags & Flag.lifetime) === 0)
      throw (
        access.freed?.() ??
        new Trip(
          'use-after-free',
          cell.object,
          `${task.label}: ${access.verb} of ${cell.title}, which is freed`,
        )
      );
    if (node.depth === 0 && this.listener !== null) this.listener.onBegin(task);

    const key = access.observe(before, task.id, choice);
    if (access.apply !== null) this.heap.store(cell, access.apply(before, task.id, choice));
    const edge = node.find(key) ?? learn(this.world, task, key);
    if (edge.violation !== null) throw edge.violation;
    if (edge.orders !== null && this.lockOrder !== null) this.lockOrder.add(edge.orders);
    if (edge.assigned) this.heap.store(cell, edge.value);
    if (edge.fresh !== null) this.give(edge.fresh);
    if (this.observer !== null) this.observer.onStep(task, access, before, cell.stored, choice);

    if (edge.to !== null) return this.place(task, edge.to);
    const result = edge.result as Outcome;
    const next = task.order === daemonOrder ? 0 : node.opIndex + 1;
    this.place(task, task.roots[next] as Node);
    if (this.listener !== null && task.order !== daemonOrder)
      this.listener.onEnd(task, result, node.opIndex, edge.watched);
  }

  private give(fresh: readonly KernelObject[]): void {
    for (const { life, name } of fresh) {
      // A name stands for one object of a run: a daemon, whose operation repeats, must not allocate.
      if (life.stored !== Life.unborn) throw new Error(`${name} is allocated twice`);
      this.heap.store(life, Life.live);
    }
  }

  /** Moves a task to a node, forward or back; cells are the heap's business. */
  place(task: Task, node: Node): void {
    const old = task.node;
    this.digest1 ^= old.lane1 ^ node.lane1;
    this.digest2 ^= old.lane2 ^ node.lane2;
    task.node = node;
    if (task.order === daemonOrder) return;
    this.busy += (node.depth === 0 ? 0 : 1) - (old.depth === 0 ? 0 : 1);
    const left = (old.access === null ? 1 : 0) - (node.access === null ? 1 : 0);
    if (left === 0) return;
    this.unfinished[task.order] = (this.unfinished[task.order] as number) + left;
    this.phase = this.firstPhase();
  }

  /** What to say when no task can go on although some are not finished. */
  deadlock(): Trip {
    const waiting = this.tasks.filter((t) => !t.finished && t.phase !== 'daemon');
    const stuck = waiting.filter((t) => t.order === this.phase);
    const sides = stuck.map((t) => {
      const { cell, verb } = t.node.access as Access;
      return {
        text: `${t.label} waits for ${verb} of ${cell.title}`,
        key: `${cell.object.kind}.${cell.field}`,
      };
    });
    const key = [...new Set(sides.map((s) => s.key))].sort().join(', ');
    return new Trip('deadlock', null, sides.map((s) => s.text).join('; '), key);
  }

  /** Back to the beginning: every cell and every task. */
  reset(): void {
    this.heap.undo(0, 0, 0);
    for (const task of this.tasks) this.place(task, task.roots[0] as Node);
  }
}
