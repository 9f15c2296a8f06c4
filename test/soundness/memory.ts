// The cells in which judges keep what they remember, with their initial values: found as they are
// first written.

import type { Cell, Heap, Value } from '../../engine/runtime/index.ts';

/** Kinds of the objects that are no part of the kernel. */
export const judgeKinds: ReadonlySet<string> = new Set([
  'judge',
  'machines',
  'orders',
  'cookie judge',
  'notes',
]);

/** Filled while the heap is written to. */
export function memoryOf(heap: Heap): ReadonlyMap<Cell<Value>, Value> {
  const initial = new Map<Cell<Value>, Value>();
  const store = heap.store.bind(heap);
  heap.store = (cell, value) => {
    if (judgeKinds.has(cell.object.kind) && !initial.has(cell)) initial.set(cell, cell.stored);
    store(cell, value);
  };
  return initial;
}
