// A random walk with at most `bound` preemptions: switches away from a task that is inside an
// operation and could have gone on. Most concurrency bugs need two or fewer (Musuvathi and Qadeer:
// "Iterative Context Bounding", PLDI 2007).

import type { Executor, Task } from '../../engine/runtime/index.ts';
import type { Rng } from '../rng.ts';
import { canGoOn, randomAnswer, refusalProbability, type Scheduler } from './scheduler.ts';

export interface PreemptionOptions {
  /** Preemptions that a run may have. */
  readonly bound: number;
  /** Probability of a preemption at a step that may have one. */
  readonly probability?: number;
  /** Probability that a request for something is refused. */
  readonly refusal?: number;
}

const preemptionProbability = 0.25;

export class PreemptionBounded implements Scheduler {
  private readonly rng: Rng;
  private readonly bound: number;
  private readonly probability: number;
  private readonly refusal: number;
  private executor: Executor | null = null;
  private last: Task | null = null;
  private left = 0;

  constructor(rng: Rng, options: PreemptionOptions) {
    this.rng = rng;
    this.bound = options.bound;
    this.probability = options.probability ?? preemptionProbability;
    this.refusal = options.refusal ?? refusalProbability;
  }

  begin(executor: Executor): void {
    this.executor = executor;
    this.last = null;
    this.left = this.bound;
  }

  pick(runnable: readonly Task[], count: number): Task {
    const { last } = this;
    let task = last;
    if (last === null || !canGoOn(this.executor as Executor, last)) {
      task = runnable[this.rng.next(count)] as Task;
    } else if (count > 1 && this.left > 0 && this.rng.float() < this.probability) {
      this.left--;
      task = this.other(runnable, count, last);
    }
    return (this.last = task as Task);
  }

  /** A runnable task other than `last`, which is among them. */
  private other(runnable: readonly Task[], count: number, last: Task): Task {
    const task = runnable[this.rng.next(count - 1)] as Task;
    return task === last ? (runnable[count - 1] as Task) : task;
  }

  choose(task: Task, ways: number): number {
    return randomAnswer(this.rng, task, ways, this.refusal);
  }
}
