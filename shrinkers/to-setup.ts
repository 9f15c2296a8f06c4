// An operation that needs nobody beside it goes to the setup, where no schedule has to be followed.
// After merging, which removes whole tasks; before schedules, which get shorter by it. The way back,
// from the setup into a task, never makes a run smaller and is not tried.

import { moveToSetup } from './edit.ts';
import type { Pass } from './shrinker.ts';

/**
 * Tries each operation, first to last, so that a task's prefix wanders over in order. One operation
 * stays in a task: the one that shows the failure.
 */
export const operationsToSetup: Pass = {
  name: 'move an operation to the setup',
  run(shrinker) {
    for (let task = 0; task < shrinker.best.program.tasks.length; task++) {
      let op = 0;
      while (op < (shrinker.best.program.tasks[task]?.ops.length ?? 0)) {
        if (shrinker.size.concurrent === 1) return;
        if (!shrinker.considerProgram(moveToSetup(shrinker.best, { task, op }))) op++;
      }
    }
  },
};
