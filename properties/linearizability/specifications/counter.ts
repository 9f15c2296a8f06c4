// A counter: what refcounts and locked_vm are to those who only count.

import { same, sameText } from './json.ts';
import type { Specification } from '../specification.ts';

export type CounterOp =
  | { readonly op: 'get' }
  | { readonly op: 'add'; readonly by: number }
  /** fetch_add, which answers what was there before. */
  | { readonly op: 'fetch_add'; readonly by: number };

export const counter = (initial = 0): Specification<number, CounterOp, number | null> => ({
  initial,
  apply(state, op) {
    if (op.op === 'get') return [{ state, result: state }];
    return [{ state: state + op.by, result: op.op === 'add' ? null : state }];
  },
  key: sameText,
  explains: same,
});
