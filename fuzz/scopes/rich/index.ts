// The contexts that are written by hand: for each part of the stack, what its clients do most, in one
// vocabulary.

import type { ScopeContext } from '../context.ts';

export const richContexts: readonly ScopeContext[] = [];
