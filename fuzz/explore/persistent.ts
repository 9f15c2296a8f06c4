// Persistent sets from footprints: a set of tasks such that nothing the others can do before one of
// the set moves depends on the set's next steps. Exploring only those keeps every final state, every
// step that some run takes, and here, because no member is about to begin an operation, every
// quiescent state as well (docs/REDUCTIONS.md).

import {
  type Access,
  dependent,
  excluded,
  type Executor,
  type Node,
  type Task,
} from '../../engine/runtime/index.ts';
import type { Condition } from './reductions.ts';
import { isSeen, mayEnd } from './stepDependence.ts';

export interface PersistentOptions {
  /** Locks that the task holds keep others out. */
  readonly sections: boolean;
  /** Sets of several tasks, too. */
  readonly sets: boolean;
  readonly without: Condition | null;
}

/** By task: the last of its operations that may meet the node's step, −1 for none. */
interface Meetings {
  readonly owner: PersistentSets;
  readonly growth: number;
  readonly last: Int8Array;
}

export class PersistentSets {
  private readonly executor: Executor;
  private readonly options: PersistentOptions;
  /** By task: its last operation at whose begin or end the judge looks around, −1 for none. */
  private readonly lastLook: Int8Array;
  private readonly looked: boolean;

  constructor(executor: Executor, options: PersistentOptions) {
    this.executor = executor;
    this.options = options;
    this.lastLook = Int8Array.from(executor.tasks, (task) => {
      let last = task.phase === 'daemon' ? -1 : task.ops.length - 1;
      while (last >= 0 && !this.looks(task, last)) last--;
      return last;
    });
    this.looked = this.lastLook.some((last) => last >= 0);
  }

  /** The tasks to explore of those that can go on, as bits: a persistent set, or all of them. */
  choose(enabled: number): number {
    let best = enabled;
    if ((enabled & (enabled - 1)) === 0) return enabled;
    for (let left = enabled; left !== 0; left &= left - 1) {
      const set = this.closure(left & -left) & enabled;
      if (set === 0 || bitCount(set) >= bitCount(best)) continue;
      best = set;
      if ((best & (best - 1)) === 0) break;
    }
    return best;
  }

  /** The smallest persistent set with the task in it; 0 if there is none that may go ahead. */
  private closure(seed: number): number {
    const { tasks } = this.executor;
    const { sets, without } = this.options;
    let set = seed;
    for (let open = seed; open !== 0; ) {
      const member = tasks[31 - Math.clz32(open & -open)] as Task;
      open &= open - 1;
      if (!this.mayGoAhead(member)) return 0;
      const met = this.meets(member) & ~set;
      if (met !== 0 && !sets) return 0;
      if (without === 'close the set') continue;
      set |= met;
      open |= met;
    }
    return set;
  }

  /** Quiescent states are told by the operations that have begun; daemons move in between. */
  private mayGoAhead({ phase, node }: Task): boolean {
    const { without } = this.options;
    if (phase === 'daemon') return without === 'daemons in company';
    return node.depth !== 0 || without === 'begin in company';
  }

  /** The tasks, as bits, that may yet do something on which the task's next step depends. */
  private meets(task: Task): number {
    const { tasks } = this.executor;
    const { node } = task;
    const own = node.own.includes((node.access as Access).cell.object);
    const ends = this.executor.listener !== null && mayEnd(task);
    const shows = this.looked && isSeen(task);
    if (own && !ends && !shows) return 0;
    const last = own ? null : this.meetings(node, task).last;
    const ordered = ends && this.options.without !== 'ends count';
    // The last one to end: then the judge sees what daemons have done so far.
    const comesToRest = this.executor.busy === 1 && this.options.without !== 'daemons show';
    const looks = ends && this.looks(task, node.opIndex);
    let met = 0;
    for (let id = 0; id < tasks.length; id++) {
      const other = tasks[id] as Task;
      if (other === task || other.finished || !sideBySide(task, other)) continue;
      const at = other.node.opIndex;
      if (
        (last !== null && this.meetsFrom(last[id] as number, node, other)) ||
        (ordered && (comesToRest || other.phase !== 'daemon')) ||
        looks ||
        (shows && (this.lastLook[id] as number) >= at)
      )
        met |= 1 << id;
    }
    return met;
  }

  private meetsFrom(last: number, node: Node, other: Task): boolean {
    const at = other.node.opIndex;
    if (this.options.without !== 'later operations') return last >= at;
    return last >= at && this.mayMeet(node, other.roots[at] as Node);
  }

  private looks(task: Task, opIndex: number): boolean {
    if (this.options.without === 'looks count') return false;
    return this.executor.listener?.looks?.(task, opIndex) === true;
  }

  private meetings(node: Node, task: Task): Meetings {
    const known = node.shadow as Meetings | null;
    const growth = this.executor.heap.growth.count;
    if (known !== null && known.owner === this && known.growth === growth) return known;
    const last = Int8Array.from(this.executor.tasks, (other) =>
      other === task || !sideBySide(task, other) ? -1 : this.lastMeeting(node, other),
    );
    const meetings = { owner: this, growth, last };
    node.shadow = meetings;
    return meetings;
  }

  private lastMeeting(node: Node, other: Task): number {
    let last = other.ops.length - 1;
    while (last >= 0 && !this.mayMeet(node, other.roots[last] as Node)) last--;
    return last;
  }

  private mayMeet({ access, held }: Node, root: Node): boolean {
    const mine = access as Access;
    const { sections, without } = this.options;
    for (const { access: other, guards } of root.footprint.of(mine.cell.object)) {
      if (!dependent(mine, other)) continue;
      if (without === 'frees count' && mine.cell !== other.cell) continue;
      if (!sections || !excluded(held, guards, without === 'shared guards')) return true;
    }
    return false;
  }
}

/** Whether the two may run at the same time. */
function sideBySide(a: Task, b: Task): boolean {
  return a.order === b.order || a.phase === 'daemon' || b.phase === 'daemon';
}

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}
