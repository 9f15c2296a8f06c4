// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte: "A Randomized
// Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010). Tasks have random
// priorities and the highest that can run does; at d-1 random steps the running task falls below all
// others. A bug of depth d in n tasks of k steps together shows with probability ≥ 1/(n·k^(d-1)).

import type { Executor, Task } from '../../engine/runtime/index.ts';
import type { Rng } from '../rng.ts';
import { randomAnswer, refusalProbability, type Scheduler } from './scheduler.ts';

export interface PctOptions {
  /** Ordering constraints that a bug may need (d), at least 1. */
  readonly depth: number;
  /** Estimated steps of a run (k): change points lie in [1, k]. */
  readonly steps: number;
  /** Probability that a request for something is refused. */
  readonly refusal?: number;
}

export class Pct implements Scheduler {
  private readonly rng: Rng;
  private readonly depth: number;
  private readonly steps: number;
  private readonly refusal: number;
  /** By task id; higher runs first, all different. */
  private readonly priorities: number[] = [];
  /** Steps (from 1) after which the task that took them falls; may coincide. */
  private readonly changes: number[] = [];
  private step = 0;

  constructor(rng: Rng, options: PctOptions) {
    this.rng = rng;
    this.depth = options.depth;
    this.steps = options.steps;
    this.refusal = options.refusal ?? refusalProbability;
  }

  begin(executor: Executor): void {
    const { priorities, rng } = this;
    const tasks = executor.tasks.length;
    this.step = 0;
    for (let i = 0; i < tasks; i++) {
      const j = rng.next(i + 1);
      priorities[i] = priorities[j] ?? 0;
      priorities[j] = this.depth + i;
    }
    for (let i = 0; i < this.depth - 1; i++) this.changes[i] = 1 + rng.next(this.steps);
  }

  pick(runnable: readonly Task[], count: number): Task {
    const { priorities, changes } = this;
    let best = runnable[0] as Task;
    for (let i = 1; i < count; i++) {
      const task = runnable[i] as Task;
      if ((priorities[task.id] as number) > (priorities[best.id] as number)) best = task;
    }
    this.step++;
    for (let i = 0; i < changes.length; i++)
      if (changes[i] === this.step) priorities[best.id] = this.depth - 1 - i;
    return best;
  }

  choose(task: Task, ways: number): number {
    return randomAnswer(this.rng, task, ways, this.refusal);
  }
}
