// Watches a scheduler at work and writes down what shrinking wants to know of a run: every step by
// its place in the program, and how often one task was interrupted for another.

import { type Access, type Executor, Flag, type Task } from '../../engine/runtime/index.ts';
import type { Move } from '../../shrinkers/run.ts';
import { announcedRace } from '../explore/race.ts';
import { canGoOn, type Scheduler } from '../schedulers/scheduler.ts';

/** How the steps of a run are written while it goes on: answers are filled in as they are given. */
type Entry = { -readonly [K in keyof Move]: Move[K] };

const sideBySide = (task: Task) => task.phase === 'main' || task.phase === 'daemon';

export class Record implements Scheduler {
  readonly moves: Entry[] = [];
  preemptions = 0;
  switches = 0;
  private readonly inner: Scheduler;
  private readonly races: boolean;
  private executor: Executor | null = null;
  private numbers: readonly number[] = [];
  private last: Task | null = null;

  /** With `races`, the run ends where two tasks have announced accesses that race. */
  constructor(inner: Scheduler, races: boolean) {
    this.inner = inner;
    this.races = races;
  }

  begin(executor: Executor): void {
    this.executor = executor;
    const { tasks } = executor;
    this.numbers = tasks.map((t) => tasks.filter((o) => o.phase === t.phase).indexOf(t));
    this.inner.begin(executor);
  }

  pick(runnable: readonly Task[], count: number): Task | null {
    if (this.races && announcedRace(this.executor as Executor) !== null) return null;
    const task = this.inner.pick(runnable, count);
    if (task !== null) this.note(task);
    return task;
  }

  choose(task: Task, ways: number): number {
    const choice = this.inner.choose(task, ways);
    (this.moves.at(-1) as Entry).choice = choice;
    return choice;
  }

  private note(task: Task): void {
    const { last } = this;
    if (last !== null && last !== task) {
      if (canGoOn(this.executor as Executor, last)) this.preemptions++;
      if (sideBySide(last) && sideBySide(task)) this.switches++;
    }
    this.last = task;
    const access = task.node.access as Access;
    const asked = (access.flags & Flag.chooses) === 0 ? null : access.verb;
    const nth = this.numbers[task.id] as number;
    this.moves.push({ phase: task.phase, nth, op: task.node.opIndex, asked, choice: 0 });
  }
}
