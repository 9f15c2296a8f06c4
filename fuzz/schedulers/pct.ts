// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte: "A Randomized
// Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010). Tasks have random
// priorities and the highest that can run does; at d-1 random steps the task that would run falls
// below all others first. A bug of depth d in n tasks of k steps together shows with probability
// ≥ 1/(n·k^(d-1)). Only steps at which several tasks can run are counted: a fall elsewhere (during the
// setup, under a lock that all others wait for) changes nothing before the next of those.

import type { Executor, Task } from '../../engine/runtime/index.ts';
import type { Rng } from '../rng.ts';
import { randomAnswer, refusalProbability, type Scheduler } from './scheduler.ts';

/** What is taken for k: the most steps of a run at which several tasks could run, so far. */
export interface ContestedSteps {
  most: number;
}

export interface PctOptions {
  /** Ordering constraints that a bug may need (d), at least 1. */
  readonly depth: number;
  /** Of the runs of one program: change points lie in [1, k]. */
  readonly steps: ContestedSteps;
  /** Probability that a request for something is refused. */
  readonly refusal?: number;
}

export class Pct implements Scheduler {
  private readonly rng: Rng;
  private readonly options: PctOptions;
  /** By task id; higher runs first, all different. */
  private readonly priorities: number[] = [];
  /** Contested steps (from 1) before which the task that would take them falls; may coincide. */
  private readonly changes: number[] = [];
  private step = 0;

  constructor(rng: Rng, options: PctOptions) {
    this.rng = rng;
    this.options = options;
  }

  begin(executor: Executor): void {
    const { priorities, rng } = this;
    const { depth, steps } = this.options;
    const tasks = executor.tasks.length;
    this.step = 0;
    for (let i = 0; i < tasks; i++) {
      const j = rng.next(i + 1);
      priorities[i] = priorities[j] ?? 0;
      priorities[j] = depth + i;
    }
    for (let i = 0; i < depth - 1; i++) this.changes[i] = 1 + rng.next(steps.most);
  }

  pick(runnable: readonly Task[], count: number): Task {
    if (count === 1) return runnable[0] as Task;
    const { priorities, changes } = this;
    const { depth, steps } = this.options;
    const step = ++this.step;
    if (step > steps.most) steps.most = step;
    let best = this.highest(runnable, count);
    for (let i = 0; i < changes.length; i++)
      if (changes[i] === step) {
        priorities[best.id] = depth - 1 - i;
        best = this.highest(runnable, count);
      }
    return best;
  }

  private highest(runnable: readonly Task[], count: number): Task {
    const { priorities } = this;
    let best = runnable[0] as Task;
    for (let i = 1; i < count; i++) {
      const task = runnable[i] as Task;
      if ((priorities[task.id] as number) > (priorities[best.id] as number)) best = task;
    }
    return best;
  }

  choose(task: Task, ways: number): number {
    return randomAnswer(this.rng, task, ways, this.options.refusal ?? refusalProbability);
  }
}
