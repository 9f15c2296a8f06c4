// A register, and one with compare-and-swap: the objects of the literature on linearizability.

import { type Json, same, sameText } from './json.ts';
import type { Specification } from '../specification.ts';

export type RegisterOp =
  | { readonly op: 'read' }
  | { readonly op: 'write'; readonly value: Json }
  | { readonly op: 'cas'; readonly old: Json; readonly new: Json };

/** write answers nothing, read the value, cas whether it has swapped. */
export const register = (initial: Json = 0): Specification<Json, RegisterOp, Json> => ({
  initial,
  apply(state, op) {
    if (op.op === 'read') return [{ state, result: state }];
    if (op.op === 'write') return [{ state: op.value, result: null }];
    return [same(state, op.old) ? { state: op.new, result: true } : { state, result: false }];
  },
  key: sameText,
  explains: same,
});
