// Runs each operation a few times before a search that relies on footprints, so that the search need
// not be repeated for what any run would have told.

import { type Executor, type Task, Violation } from '../../engine/runtime/index.ts';

/** Steps after which a run has told enough. */
const maxSteps = 5_000;

/** Lets every task go first once, and run as far as it can. Where all code has run, does nothing. */
export function learnAhead(executor: Executor): void {
  const { tasks } = executor;
  if (tasks.every(({ roots }) => roots.every((root) => root.access === null || root.known))) return;
  for (const first of tasks) {
    executor.reset();
    runFrom(executor, first);
  }
  executor.reset();
}

function runFrom(executor: Executor, first: Task): void {
  const order = [...executor.tasks.slice(first.id), ...executor.tasks.slice(0, first.id)];
  try {
    for (let steps = 0; steps < maxSteps; steps++) {
      const task = order.find((t) => executor.ways(t) > 0);
      if (task === undefined) return;
      executor.step(task, 0);
    }
  } catch (error) {
    // Whoever searches will find it.
    if (!(error instanceof Violation)) throw error;
  }
}
