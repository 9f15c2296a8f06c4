// kmemleak: when everything is over, whatever an operation allocated must have been freed.

import type { Heap } from './heap.ts';
import { Trip } from './trip.ts';

/** To be asked at the end of a run. The leak is known by the kinds of the objects left. */
export function checkLeaks(heap: Heap): void {
  const left = [...heap.living()];
  const [first] = left;
  if (first === undefined) return;
  const names = left.map((object) => object.title).sort();
  const kinds = [...new Set(left.map((object) => object.kind))].sort();
  throw new Trip('leak', first, `never freed: ${names.join(', ')}`, kinds.join(', '));
}
