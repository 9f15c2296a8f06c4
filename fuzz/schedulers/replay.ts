// Replays a list of decisions. Strict: what cannot be done as written is an error that says so, and
// the run ends with the list. Lenient, for shrinking: such decisions are skipped, and after the list
// the run goes on without preempting anyone, lowest task first.

import type { Executor, Task } from '../../engine/runtime/index.ts';
import type { Decision } from '../explore/judge.ts';
import { canGoOn, type Scheduler } from './scheduler.ts';

/** The list does not fit the program: it was made for another one, or for another engine. */
export class ReplayMismatch extends Error {
  /** Index of the decision that is not possible. */
  readonly at: number;

  constructor(at: number, decision: Decision, tasks: readonly Task[], why: string) {
    const who = tasks[decision.task]?.label ?? `task ${decision.task}`;
    super(
      `decision ${at} (${who}, choice ${decision.choice}) is not possible: ${why}; ` +
        `the decisions belong to another program or revision, replay them leniently to see how far ` +
        `they lead`,
    );
    this.name = 'ReplayMismatch';
    this.at = at;
  }
}

export class Replay implements Scheduler {
  private readonly decisions: readonly Decision[];
  private readonly mode: 'strict' | 'lenient';
  private executor: Executor | null = null;
  private last: Task | null = null;
  private next = 0;
  private choice = 0;

  constructor(decisions: readonly Decision[], mode: 'strict' | 'lenient') {
    this.decisions = decisions;
    this.mode = mode;
  }

  begin(executor: Executor): void {
    this.executor = executor;
    this.last = null;
    this.next = 0;
  }

  pick(runnable: readonly Task[]): Task | null {
    const executor = this.executor as Executor;
    while (this.next < this.decisions.length) {
      const at = this.next++;
      const decision = this.decisions[at] as Decision;
      const why = obstacle(executor, decision);
      if (why === null) {
        this.choice = decision.choice;
        return (this.last = executor.tasks[decision.task] as Task);
      }
      if (this.mode === 'strict') throw new ReplayMismatch(at, decision, executor.tasks, why);
    }
    if (this.mode === 'strict') return null;
    this.choice = 0;
    if (this.last === null || !canGoOn(executor, this.last)) this.last = runnable[0] as Task;
    return this.last;
  }

  choose(): number {
    return this.choice;
  }
}

/** Why a decision cannot be followed now; null if it can. */
function obstacle(executor: Executor, decision: Decision): string | null {
  const task = executor.tasks[decision.task];
  if (task === undefined) return `there are ${executor.tasks.length} tasks`;
  const ways = executor.ways(task);
  if (decision.choice >= 0 && decision.choice < ways) return null;
  if (ways > 0) return `there are ${ways} ways to go on`;
  const { access } = task.node;
  if (access === null) return 'the task has finished';
  return `the task waits at ${access.verb} of ${access.cell.name}`;
}
