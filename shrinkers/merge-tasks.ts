// Two tasks become one where the failure does not need them side by side. After the dropping of
// operations, so that only operations that matter are merged.

import { mergeTasks, type Place } from './edit.ts';
import type { Candidate } from './run.ts';
import type { Pass } from './shrinker.ts';

/** Tries one task's operations behind the other's, either way round, and in the order of the run. */
export const mergeTwoTasks: Pass = {
  name: 'merge two tasks',
  run(shrinker) {
    const count = () => shrinker.best.program.tasks.length;
    for (let a = 0; a < count(); a++) {
      for (let b = a + 1; b < count(); b++) {
        const before = shrinker.best;
        const merged = ordersOf(before, a, b).some((order) =>
          shrinker.considerProgram(mergeTasks(before, a, b, order)),
        );
        if (merged) b = a;
      }
    }
  },
};

function ordersOf({ program, moves }: Candidate, a: number, b: number): Place[][] {
  const of = (task: number): Place[] =>
    (program.tasks[task]?.ops ?? []).map((_, op) => ({ task, op }));
  const both = [...of(a), ...of(b)];
  const began = (p: Place) => {
    const at = moves.findIndex((m) => m.phase === 'main' && m.nth === p.task && m.op === p.op);
    return at < 0 ? moves.length : at;
  };
  const asRun = both.toSorted((p, q) => began(p) - began(q));
  return [asRun, both, [...of(b), ...of(a)]];
}
