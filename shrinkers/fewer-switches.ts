// Switches at the end of an operation cost the reader less than preemptions, so they come after
// them. A switch is lost when blocks of one task meet, or when a block is not needed at all.

import { blocksOf, movesOf, pull, push } from './blocks.ts';
import type { Move } from './run.ts';
import type { Pass, Shrinker } from './shrinker.ts';

/** Tries to make any two blocks of a task one, to swap neighbours, and to leave a block to the end. */
export const fewerSwitches: Pass = {
  name: 'fewer switches',
  run(shrinker) {
    while (shrinker.size.switches > 0 && mergeOne(shrinker));
  },
};

function mergeOne(shrinker: Shrinker): boolean {
  const { program, moves } = shrinker.best;
  for (const edited of edits(moves)) if (shrinker.consider({ program, moves: edited })) return true;
  return false;
}

function* edits(moves: readonly Move[]): Generator<Move[]> {
  const blocks = blocksOf(moves);
  for (let i = 0; i < blocks.length; i++) {
    for (let j = i + 2; j < blocks.length; j++) {
      if (blocks[i]?.task !== blocks[j]?.task) continue;
      yield pull(blocks, j, i, blocks[j]?.moves.length ?? 0);
      yield push(blocks, i, j, blocks[i]?.moves.length ?? 0);
    }
  }
  for (let i = 0; i < blocks.length; i++) {
    yield movesOf(blocks.toSpliced(i, 1));
    const next = blocks[i + 1];
    if (next !== undefined) yield movesOf(blocks.with(i + 1, blocks[i]!).with(i, next));
  }
}
