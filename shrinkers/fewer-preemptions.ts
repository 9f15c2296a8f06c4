// The schedule of a failing run is read preemption by preemption: each is a place where the reader
// must ask "what if it had not been interrupted here?". So each that is left must be needed.
//
// Editing comes first, because a replay costs as much as one run. It cannot tell whether a schedule
// of quite another shape needs fewer; a search with a lower bound can, and when it finds none, that
// is the proof.

import { type Block, blocksOf, interrupted, pull, push, remainder, resumption } from './blocks.ts';
import type { Move } from './run.ts';
import type { Pass, Shrinker } from './shrinker.ts';

/** Removes preemptions, first by moving the rest of an interrupted operation, then by search. */
export const fewerPreemptions: Pass = {
  name: 'fewer preemptions',
  run(shrinker) {
    while (shrinker.size.preemptions > 0 && joinOne(shrinker));
    if (shrinker.searching) searchBelow(shrinker);
  },
};

/** Joins the two halves of one interrupted operation; false if that always loses the failure. */
function joinOne(shrinker: Shrinker): boolean {
  const { program, moves } = shrinker.best;
  const blocks = blocksOf(moves);
  for (let i = blocks.length - 1; i >= 0; i--) {
    const next = resumption(blocks, i);
    if (next < 0) continue;
    for (const edited of joined(blocks, i, next))
      if (shrinker.consider({ program, moves: edited })) return true;
  }
  return false;
}

/**
 * The ways to join block `i` with `next`, where its task goes on: the interrupted operation is
 * finished at once, or not begun until then; and the same with the whole of the two blocks.
 */
function* joined(blocks: readonly Block[], i: number, next: number): Generator<Move[]> {
  const first = blocks[i] as Block;
  const second = blocks[next] as Block;
  const wasInterrupted = first.moves.at(-1)?.op === second.moves[0]?.op;
  if (wasInterrupted) {
    yield pull(blocks, next, i, remainder(first, second));
    yield push(blocks, i, next, interrupted(first, second));
  }
  yield pull(blocks, next, i, second.moves.length);
  yield push(blocks, i, next, first.moves.length);
}

/** Any schedule with fewer preemptions: the oracle raises its bound from 0, so finds the fewest. */
function searchBelow(shrinker: Shrinker): void {
  const { best, size } = shrinker;
  if (size.preemptions === 0) return;
  const found = shrinker.search(best.program, size.preemptions - 1);
  if (found.verdict === 'found') shrinker.adopt(found.run);
}
