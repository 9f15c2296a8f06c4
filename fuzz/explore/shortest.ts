// The shortest run that is judged wrong and, of those, one with the fewest switches between tasks.
// Breadth first over states told apart by the task that came last; what is left to do is redone from
// the beginning, so that nothing need be kept of a state but how it was reached. Meant for failures
// that show early: for the others an exhaustive search and the shrinkers are faster.

import { type Executor, mix, type Task, Violation } from '../../engine/runtime/index.ts';
import type { Decision, Judge } from './judge.ts';
import { announcedRace } from './race.ts';
import { Visited } from './visited.ts';

export interface ShortestOptions {
  /** States after which the search gives up (`complete` is false). */
  readonly maxStates: number;
}

export interface ShortestRun {
  readonly violation: Violation;
  readonly decisions: readonly Decision[];
  readonly switches: number;
}

export interface ShortestResult {
  /** Circles of locks are not judged. */
  readonly found: ShortestRun | null;
  /** States, counted once for each task that may have come last. */
  readonly states: number;
  /** No run is shorter, and none of this length has fewer switches; or there is nothing to find. */
  readonly complete: boolean;
}

/** A state as it was reached with the fewest switches; `parent` is null at the beginning. */
interface Entry {
  parent: Entry | null;
  readonly task: number;
  choice: number;
  switches: number;
}

interface Wrong {
  readonly entry: Entry;
  readonly violation: Violation;
  /** The run ends in this state; otherwise on the way to it, or on arrival. */
  readonly ended: boolean;
}

export class ShortestSearch {
  private readonly executor: Executor;
  private readonly judge: Judge;
  private readonly options: ShortestOptions;
  private readonly visited = new Visited();
  private level: Entry[] = [];
  private next = new Map<number, Entry>();
  private best: Wrong | null = null;
  private cut = false;

  constructor(executor: Executor, judge: Judge, options: ShortestOptions) {
    this.executor = executor;
    this.judge = judge;
    this.options = options;
  }

  run(): ShortestResult {
    const { executor } = this;
    executor.lockOrder = null;
    executor.reset();
    const start: Entry = { parent: null, task: -1, choice: 0, switches: 0 };
    this.guard(start, false, () => this.arrive());
    this.level = [start];
    while (this.best === null && this.level.length > 0 && !this.cut) this.expandLevel();
    executor.reset();
    const { best } = this;
    const found = best && {
      violation: best.violation,
      decisions: decisionsTo(best.entry),
      switches: best.entry.switches,
    };
    return { found, states: this.visited.size + 1, complete: !this.cut };
  }

  private expandLevel(): void {
    this.next = new Map();
    for (const entry of this.level) {
      if (this.visited.size >= this.options.maxStates) this.cut = true;
      if (this.cut) return;
      this.goTo(entry);
      if (!this.expand(entry)) this.guard(entry, true, () => this.ended());
    }
    this.level = [...this.next.values()];
  }

  private goTo(entry: Entry): void {
    const { executor } = this;
    executor.reset();
    for (const { task, choice } of decisionsTo(entry))
      executor.step(executor.tasks[task] as Task, choice);
  }

  /** Takes each move and takes it back; false when there is none. */
  private expand(parent: Entry): boolean {
    const { executor } = this;
    const { top, digest1, digest2 } = executor.heap;
    let moves = 0;
    for (const task of executor.tasks) {
      const { node, id } = task;
      const ways = executor.ways(task);
      const switches = parent.switches + (parent.task === id || parent.task === -1 ? 0 : 1);
      for (let choice = 0; choice < ways; choice++, moves++) {
        const child: Entry = { parent, task: id, choice, switches };
        this.guard(child, false, () => {
          executor.step(task, choice);
          if (this.meet(child)) this.arrive();
        });
        executor.heap.undo(top, digest1, digest2);
        executor.place(task, node);
      }
    }
    return moves > 0;
  }

  /** Keeps a new state, or a better way to one of this level; false if neither. */
  private meet(child: Entry): boolean {
    const last = mix(child.task + 1, 0x9e3779b9);
    const lane1 = this.executor.fingerprint1 ^ last;
    const lane2 = this.executor.fingerprint2 ^ mix(last, 0x85ebca6b);
    const key = (lane1 >>> 0) + (lane2 & 0x1f_ffff) * 2 ** 32;
    if (this.visited.add(lane1, lane2)) {
      this.next.set(key, child);
      return true;
    }
    const other = this.next.get(key);
    if (other === undefined || other.switches <= child.switches) return false;
    Object.assign(other, child);
    return true;
  }

  private arrive(): void {
    const race = announcedRace(this.executor);
    if (race !== null) throw race;
    if (this.executor.busy === 0) this.judge.quiescent();
  }

  private ended(): void {
    if (!this.executor.finished) throw this.executor.deadlock();
    this.judge.final();
  }

  private guard(entry: Entry, ended: boolean, act: () => void): void {
    try {
      act();
    } catch (violation) {
      if (!(violation instanceof Violation)) throw violation;
      const { best } = this;
      // An end is a step before whatever this level arrives at.
      const shorter = best === null || (ended && !best.ended);
      const fewer = best?.ended === ended && entry.switches < best.entry.switches;
      if (shorter || fewer) this.best = { entry, violation, ended };
    }
  }
}

function decisionsTo(entry: Entry): Decision[] {
  const decisions: Decision[] = [];
  for (let at = entry; at.parent !== null; at = at.parent)
    decisions.push({ task: at.task, choice: at.choice });
  return decisions.reverse();
}
