// Partial order sampling (Yuan, Yang, Gu: "Partial Order Aware Concurrency Sampling", CAV 2018). Every
// announced step has a random priority and the highest that can run does. Steps that do not commute
// with the one performed draw again: else a step that lost once would go on losing, and orders that
// alternate would hardly ever be seen.

import { dependent, type Executor, type Task } from '../../engine/runtime/index.ts';
import type { Rng } from '../rng.ts';

import { announced, randomAnswer, refusalProbability, type Scheduler } from './scheduler.ts';

export class Pos implements Scheduler {
  private readonly rng: Rng;
  private readonly refusal: number;
  private readonly priorities = new StepPriorities();

  constructor(rng: Rng, refusal = refusalProbability) {
    this.rng = rng;
    this.refusal = refusal;
  }

  begin(executor: Executor): void {
    this.priorities.begin(executor, this.rng);
  }

  pick(runnable: readonly Task[], count: number): Task {
    const { priorities, rng } = this;
    let best = runnable[0] as Task;
    for (let i = 1; i < count; i++) {
      const task = runnable[i] as Task;
      if (priorities.of(task) > priorities.of(best)) best = task;
    }
    if (count > 1) priorities.performed(best, runnable, count, rng);
    return best;
  }

  choose(task: Task, ways: number): number {
    return randomAnswer(this.rng, task, ways, this.refusal);
  }
}

/** Random priorities in [0, 1) of the steps that tasks have announced. */
export class StepPriorities {
  private readonly byTask: number[] = [];

  begin({ tasks }: Executor, rng: Rng): void {
    for (let id = 0; id < tasks.length; id++) this.byTask[id] = rng.float();
  }

  of(task: Task): number {
    return this.byTask[task.id] as number;
  }

  /** `task` is about to take its step, rather than the other runnable ones. */
  performed(task: Task, runnable: readonly Task[], count: number, rng: Rng): void {
    for (let i = 0; i < count; i++) {
      const other = runnable[i] as Task;
      // What `task` announces next is a new step.
      if (other === task || dependent(announced(task), announced(other)))
        this.byTask[other.id] = rng.float();
    }
  }
}
