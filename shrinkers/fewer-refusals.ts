// What the environment refused, and what it was allowed to refuse. After the schedule: a refusal is
// one visible line of a report, an interleaving is the whole of it.

import type { Move } from './run.ts';
import type { Pass, Shrinker } from './shrinker.ts';

/** Answers "goes well" instead, or a lower alternative; then searches with fewer refusals. */
export const fewerRefusals: Pass = {
  name: 'fewer refusals',
  run(shrinker) {
    for (let i = shrinker.best.moves.length - 1; i >= 0; i--) lowerChoice(shrinker, i);
    const { best, size, searching } = shrinker;
    if (!searching || size.refusals === 0) return;
    const refusals = Math.min(size.refusals, best.program.faults.budget) - 1;
    if (refusals < 0) return;
    const found = shrinker.search(best.program, size.preemptions, refusals);
    if (found.verdict === 'found') shrinker.adopt(found.run);
  },
};

function lowerChoice(shrinker: Shrinker, i: number): void {
  const { program, moves } = shrinker.best;
  const move = moves[i];
  if (move === undefined || move.choice === 0) return;
  const edited: Move = { ...move, choice: 0 };
  shrinker.consider({ program, moves: moves.with(i, edited) });
}

/** Takes away allowances that the run does not use: sites, then budget. */
export const fewerFaultSites: Pass = {
  name: 'fewer fault sites',
  run(shrinker) {
    for (let i = shrinker.best.program.faults.sites.length - 1; i >= 0; i--) {
      const { program, moves } = shrinker.best;
      const sites = program.faults.sites.toSpliced(i, 1);
      shrinker.consider({ program: { ...program, faults: { ...program.faults, sites } }, moves });
    }
    const { program, moves } = shrinker.best;
    for (let budget = 0; budget < program.faults.budget; budget++) {
      const faults = { ...program.faults, budget };
      if (shrinker.consider({ program: { ...program, faults }, moves })) return;
    }
  },
};
