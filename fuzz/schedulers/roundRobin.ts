// Round robin: one step each, in the order of the task ids; the environment never refuses. The one
// schedule that needs no seed.

import type { Task } from '../../engine/runtime/index.ts';
import type { Scheduler } from './scheduler.ts';

export class RoundRobin implements Scheduler {
  private last = -1;

  begin(): void {
    this.last = -1;
  }

  pick(runnable: readonly Task[], count: number): Task {
    let next = runnable[0] as Task;
    for (let i = count - 1; i >= 0; i--) {
      const task = runnable[i] as Task;
      if (task.id > this.last) next = task;
    }
    this.last = next.id;
    return next;
  }

  choose(): number {
    return 0;
  }
}
