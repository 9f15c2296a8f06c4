// Properties of split, merge and the dirty log: spec/split-merge-dirty.md §4.

import type { Uncheckable } from './part.ts';

/** Invariants that are no property of their own here, and what stands for them. */
export const uncheckable: readonly Uncheckable[] = [
  {
    invariant: 'spec/split-merge-dirty.md §4.11',
    why: 'checked by the runtime: scopes of the domain’s contract that overlap are a broken-contract of in-kernel clients, and unserialised where user space asked',
  },
];
