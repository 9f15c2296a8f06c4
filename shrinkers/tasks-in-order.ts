// Last of all: tasks are numbered in the order in which they start, so that two findings of one
// defect are the same text.

import { permuteTasks } from './edit.ts';
import type { Pass } from './shrinker.ts';

export const tasksInOrder: Pass = {
  name: 'tasks in order',
  run(shrinker) {
    const { program, moves } = shrinker.best;
    const started = moves.filter((m) => m.phase === 'main').map((m) => m.nth);
    const order = [...new Set([...started, ...program.tasks.keys()])];
    shrinker.consider(permuteTasks(shrinker.best, order));
  },
};
