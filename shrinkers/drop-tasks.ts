// The largest single cut. It comes first, because every later pass is cheaper with a task less.

import { dropTask } from './edit.ts';
import type { Pass } from './shrinker.ts';

/** Tries to do without each task; the last one goes first, since it is most often the bystander. */
export const dropTasks: Pass = {
  name: 'drop a task',
  run(shrinker) {
    for (let i = shrinker.best.program.tasks.length - 1; i >= 0; i--) {
      if (shrinker.best.program.tasks.length === 1) return;
      shrinker.considerProgram(dropTask(shrinker.best, i));
    }
  },
};
