// Among schedules of equal cost, the one that interrupts operations earliest. Nothing gets shorter by
// it, but two runs of one defect end in the same schedule; so it stands near the end.

import { blocksOf, push, resumption } from './blocks.ts';
import type { Move } from './run.ts';
import type { Pass, Shrinker } from './shrinker.ts';

/** Makes each interruption earlier, then lets any other pair of tasks be the two that meet. */
export const earlyPreemptions: Pass = {
  name: 'earlier preemptions',
  run(shrinker) {
    while (shrinker.size.lateness > 0 && earlier(shrinker));
  },
};

function earlier(shrinker: Shrinker): boolean {
  const { program, moves } = shrinker.best;
  for (const edited of edits(moves)) if (shrinker.consider({ program, moves: edited })) return true;
  return false;
}

function* edits(moves: readonly Move[]): Generator<Move[]> {
  const blocks = blocksOf(moves);
  for (let i = 0; i < blocks.length; i++) {
    const next = resumption(blocks, i);
    const length = next < 0 ? 0 : (blocks[i]?.moves.length ?? 0);
    for (let count = length - 1; count >= 1; count--) yield push(blocks, i, next, count);
  }
  yield* otherRoles(moves);
}

/** One task begins, another does all it does, the first goes on: for every pair and every point. */
function* otherRoles(moves: readonly Move[]): Generator<Move[]> {
  const others = moves.filter((m) => m.phase !== 'main');
  const main = moves.filter((m) => m.phase === 'main');
  const tasks = [...new Set(main.map((m) => m.nth))].sort((a, b) => a - b);
  for (const first of tasks) {
    const its = main.filter((m) => m.nth === first);
    for (const second of tasks) {
      if (second === first) continue;
      const rest = main.filter((m) => m.nth !== first && m.nth !== second);
      const all = main.filter((m) => m.nth === second);
      for (let n = 1; n < its.length; n++)
        yield [...others, ...its.slice(0, n), ...all, ...its.slice(n), ...rest];
    }
  }
}
