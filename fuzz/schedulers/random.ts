// The random walk: every runnable task is equally likely at every step.

import type { Task } from '../../engine/runtime/index.ts';
import type { Rng } from '../rng.ts';
import { randomAnswer, refusalProbability, type Scheduler } from './scheduler.ts';

export class RandomWalk implements Scheduler {
  private readonly rng: Rng;
  private readonly refusal: number;

  constructor(rng: Rng, refusal = refusalProbability) {
    this.rng = rng;
    this.refusal = refusal;
  }

  begin(): void {}

  pick(runnable: readonly Task[], count: number): Task {
    return runnable[count === 1 ? 0 : this.rng.next(count)] as Task;
  }

  choose(task: Task, ways: number): number {
    return randomAnswer(this.rng, task, ways, this.refusal);
  }
}
