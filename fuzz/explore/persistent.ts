// Persistent sets from footprints: a set of tasks such that nothing the others can do before one of
// the set moves depends on the set's next steps. Exploring only those keeps every final state, every
// step that some run takes, and here, because no member is about to begin an operation, every
// quiescent state as well (docs/REDUCTIONS.md).

import type { Access, Executor, Node, Point, Task } from '../../engine/runtime/index.ts';
import { Meetings } from './meetings.ts';
import type { Condition } from './reductions.ts';
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

  constructor(executor: Executor, options: PersistentOptions) {
    this.executor = executor;
    this.options = options;
    this.meetings = Meetings.of(executor.world, options);
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

  /** The tasks to explore of those that can go on, as bits: a persistent set, or all of them. */
  choose(enabled: number): number {
    let best = enabled;
    if ((enabled & (enabled - 1)) === 0) return enabled;
    for (let left = enabled; left !== 0; left &= left - 1) {
      const set = this.closure(left & -left, enabled) & enabled;
      if (set === 0 || bitCount(set) >= bitCount(best)) continue;
      best = set;
      if ((best & (best - 1)) === 0) break;
    }
    return best;
  }

  /** The smallest persistent set with the task in it; 0 if there is none that may go ahead. */
  private closure(seed: number, enabled: number): number {
    const { tasks } = this.executor;
    const { sets, without } = this.options;
    let set = seed;
    for (let open = seed; open !== 0; ) {
      const bit = open & -open;
      const member = tasks[31 - Math.clz32(bit)] as Task;
      open &= open - 1;
      const waits = (enabled & bit) === 0;
      if (!this.mayGoAhead(member, waits)) return 0;
      const met = (waits ? this.wakers(member) : this.meets(member)) & ~set;
      if (met !== 0 && !sets) return 0;
      if (without === 'close the set') continue;
      set |= met;
      open |= met;
    }
    return set;
  }

  /** Quiescent states are told by the operations that have begun; daemons move in between. */
  private mayGoAhead({ phase, node }: Task, waits: boolean): boolean {
    const { without } = this.options;
    if (phase === 'daemon') return waits || without === 'daemons in company';
    return node.depth !== 0 || without === 'begin in company';
  }

  /** The tasks, as bits, that may yet do something on which the task's next step depends. */
  private meets(task: Task): number {
    const { tasks } = this.executor;
    const { node } = task;
    const point = node.point as Point;
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
        (!point.own && this.mayMeet(point, other)) ||
        (ordered && (comesToRest || other.phase !== 'daemon')) ||
        looks ||
        (shows && (this.lastLook[id] as number) >= other.node.opIndex)
      )
        met |= 1 << id;
    }
    return met;
  }

  /** Whether the task may, from where it is on, do something on which the step at the point depends. */
  private mayMeet(point: Point, { node, roots, ops, phase }: Task): boolean {
    const { meetings } = this;
    if (meetings.mayMeet(point, node.point as Point)) return true;
    if (this.options.without === 'later operations') return false;
    // A daemon begins again.
    const next = phase === 'daemon' ? 0 : node.opIndex + 1;
    for (let i = next; i < ops.length; i++)
      if (meetings.mayMeet(point, (roots[i] as Node).point as Point)) return true;
    return false;
  }

  /** The tasks, as bits, one of which must move before the one that waits can go on. */
  private wakers(task: Task): number {
    const access = task.node.access as Access;
    const { cell, wokenBy } = access;
    const name = wokenBy === null ? null : wokenBy(cell.stored);
    if (name === null) return this.meets(task);
    if (this.options.without === 'daemons wake') return 0;
    const wakes = (from: Node) =>
      (from.point as Point).of(cell.object).some((p) => p.access.cell === cell && p.access.wakes === name);
    const { tasks, turn } = this.executor;
    let met = 0;
    for (const { id, node, roots, order, phase, ops } of tasks) {
      if (node.access === null || (order !== turn && phase !== 'daemon')) continue;
      const next = phase === 'daemon' ? 0 : node.opIndex + 1;
      if (id !== task.id && (wakes(node) || roots.slice(next, ops.length).some(wakes))) met |= 1 << id;
    }
    return met;
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
