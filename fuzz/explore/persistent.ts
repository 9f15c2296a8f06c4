// Persistent sets from footprints: a set of tasks such that nothing the others can do before one of
// the set moves depends on the set's next steps. Exploring only those keeps every final state, every
// step that some run takes, and here, because no member is about to begin an operation, every
// quiescent state as well (docs/REDUCTIONS.md).

import type { Access, Executor, Node, Point, Task } from '../../engine/runtime/index.ts';
import { Meetings } from './meetings.ts';
import type { Condition } from './reductions.ts';
import type { Relation } from './relation.ts';
import { isSeen, mayEnd } from './stepDependence.ts';

export interface PersistentOptions {
  /** Locks that the task holds keep others out. */
  readonly sections: boolean;
  /** Sets of several tasks, too. */
  readonly sets: boolean;
  readonly without: Condition | null;
}

export class PersistentSets {
  private readonly executor: Executor;
  private readonly options: PersistentOptions;
  private readonly meetings: Meetings;
  /** By task: its last operation at whose begin or end the judge looks around, −1 for none. */
  private readonly lastLook: Int8Array;
  private readonly looked: boolean;
  /** When operations end matters to whoever follows them. */
  private readonly ordered: boolean;
  /** Tasks, as bits: see needCompany. */
  private company = 0;

  constructor(executor: Executor, options: PersistentOptions) {
    this.executor = executor;
    this.options = options;
    this.meetings = Meetings.begin(executor.world, options);
    const { listener } = executor;
    this.ordered =
      listener !== null && listener.intervals !== true && options.without !== 'ends count';
    this.lastLook = Int8Array.from(executor.tasks, (task) => {
      let last = task.phase === 'daemon' ? -1 : task.ops.length - 1;
      while (last >= 0 && !this.looks(task, last)) last--;
      return last;
    });
    this.looked = this.lastLook.some((last) => last >= 0);
  }

  /**
   * The tasks to explore of those that can go on, as bits: a persistent set, or all of them. `last`
   * (null: nobody) has moved last and is asked first: it often goes on alone.
   */
  choose(enabled: number, last: Task | null): number {
    if ((enabled & (enabled - 1)) === 0) return enabled;
    const first = last === null ? 0 : enabled & (1 << last.id);
    this.company = this.needCompany(enabled);
    let best = enabled;
    if (first !== 0) best = this.closure(first, enabled, best);
    for (let left = enabled & ~first; left !== 0; left &= left - 1) {
      if ((best & (best - 1)) === 0) break;
      best = this.closure(left & -left, enabled, best);
    }
    return best;
  }

  /** The smallest persistent set with the task in it, if it is smaller than `best`; else that. */
  private closure(seed: number, enabled: number, best: number): number {
    const { tasks } = this.executor;
    const { sets, without } = this.options;
    const { company } = this;
    if ((seed & company) !== 0) return best;
    const most = bitCount(best);
    let set = seed;
    for (let open = seed; open !== 0; ) {
      const bit = open & -open;
      const member = tasks[31 - Math.clz32(bit)] as Task;
      open &= open - 1;
      const waits = (enabled & bit) === 0;
      const met = (waits ? this.wakers(member) : this.meets(member)) & ~set;
      if ((met & company) !== 0 || (met !== 0 && !sets)) return best;
      if (without === 'close the set') continue;
      set |= met;
      open |= met;
      if (bitCount(set & enabled) >= most) return best;
    }
    return set & enabled;
  }

  /**
   * Those that no set smaller than all may hold: quiescent states are told by the operations that
   * have begun, and daemons move in between.
   */
  private needCompany(enabled: number): number {
    const { without } = this.options;
    let bits = 0;
    for (const { id, phase, node } of this.executor.tasks) {
      const alone =
        phase === 'daemon'
          ? (enabled & (1 << id)) === 0 || without === 'daemons in company'
          : node.depth !== 0 || node.access === null || without === 'begin in company';
      if (!alone) bits |= 1 << id;
    }
    return bits;
  }

  /**
   * The tasks, as bits, that may yet do something on which the task's next step depends; not all of
   * them, if one of them is not to be had.
   */
  private meets(task: Task): number {
    const { tasks } = this.executor;
    const { node } = task;
    const point = node.point as Point;
    const { meets } = this.meetings;
    const mayLook = this.ordered || this.looked;
    const ends = mayLook && mayEnd(task);
    const ordered = this.ordered && ends;
    const looks = this.looked && ends && this.looks(task, node.opIndex);
    const shows = this.looked && isSeen(task);
    if (point.own && !ends && !shows) return 0;
    // The last one to end: then the judge sees what daemons have done so far.
    const comesToRest = this.executor.busy === 1 && this.options.without !== 'daemons show';
    let met = 0;
    for (let id = 0; id < tasks.length; id++) {
      const other = tasks[id] as Task;
      if (other === task || other.finished || !sideBySide(task, other)) continue;
      if (
        (!point.own && this.mayDo(meets, point, other)) ||
        (ordered && (comesToRest || other.phase !== 'daemon')) ||
        looks ||
        (shows && (this.lastLook[id] as number) >= other.node.opIndex)
      )
        met |= 1 << id;
      if ((met & this.company) !== 0) break;
    }
    return met;
  }

  /** The tasks, as bits, one of which must move before the one that waits can go on. */
  private wakers(task: Task): number {
    const { cell, sleeping } = task.node.access as Access;
    if (sleeping === null || !sleeping(cell.stored)) return this.meets(task);
    if (this.options.without === 'daemons wake') return 0;
    const { tasks, turn } = this.executor;
    let met = 0;
    for (const other of tasks) {
      if (other === task || other.finished || (other.order !== turn && other.phase !== 'daemon'))
        continue;
      if (this.mayDo(this.meetings.wakes, task.node.point as Point, other)) met |= 1 << other.id;
    }
    return met;
  }

  /** Whether the task may, from where it is on, do what matters to the step at the point. */
  private mayDo(relation: Relation, point: Point, { node, roots, ops, phase }: Task): boolean {
    if (relation.asks(point, node.point as Point)) return true;
    if (this.options.without === 'later operations') return false;
    // A daemon begins again.
    const next = phase === 'daemon' ? 0 : node.opIndex + 1;
    for (let i = next; i < ops.length; i++)
      if (relation.asks(point, (roots[i] as Node).point as Point)) return true;
    return false;
  }

  /** Whether by what is known now, other sets might have been chosen. */
  get misled(): boolean {
    return this.meetings.misled;
  }

  private looks(task: Task, opIndex: number): boolean {
    if (this.options.without === 'looks count') return false;
    return this.executor.listener?.looks?.(task, opIndex) === true;
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
