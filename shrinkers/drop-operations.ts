// Delta debugging on the operations of setup and tasks taken as one list. It follows the dropping of
// tasks and comes before anything that looks at schedules: an operation less makes all of them
// shorter.

import { dropOps, placesOf } from './edit.ts';
import type { Pass, Shrinker } from './shrinker.ts';

/** Above this many operations, pairs are left to chunks: there are too many to replay or search. */
const fewEnoughForPairs = { replaying: 24, searching: 8 };

/**
 * Chunks by halves down to single operations, from the end backwards, so that what depends on an
 * operation goes before it.
 */
export const dropOperations: Pass = {
  name: 'drop operations',
  run(shrinker) {
    let chunk = Math.ceil(placesOf(shrinker.best.program).length / 2);
    while (chunk >= 1) {
      for (let end = placesOf(shrinker.best.program).length; end > 0; end -= chunk)
        dropSlice(shrinker, Math.max(0, end - chunk), end);
      chunk = chunk === 1 ? 0 : Math.ceil(chunk / 2);
    }
  },
};

function dropSlice(shrinker: Shrinker, start: number, end: number): void {
  const places = placesOf(shrinker.best.program).slice(start, end);
  if (places.length > 0) shrinker.considerProgram(dropOps(shrinker.best, places));
}

/**
 * Pairs wherever they stand: a map with its unmap, a register with its unregister. Neither half can
 * go alone, and no chunk holds just the two.
 */
export const dropPairs: Pass = {
  name: 'drop a pair of operations',
  run(shrinker) {
    const count = () => placesOf(shrinker.best.program).length;
    if (count() > fewEnoughForPairs[shrinker.searching ? 'searching' : 'replaying']) return;
    for (let i = 0; i < count(); i++) {
      for (let j = i + 1; j < count(); j++) {
        const places = placesOf(shrinker.best.program);
        const pair = [places[i], places[j]].filter((p) => p !== undefined);
        shrinker.considerProgram(dropOps(shrinker.best, pair));
      }
    }
  },
};
