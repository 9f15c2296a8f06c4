// A first-in-first-out queue, and a set.

import { type Json, same, sameText } from './json.ts';
import type { Specification } from '../specification.ts';

export type QueueOp =
  | { readonly op: 'enqueue'; readonly value: Json }
  /** Answers null if the queue is empty. */
  | { readonly op: 'dequeue' };

export const queue = (
  initial: readonly Json[] = [],
): Specification<readonly Json[], QueueOp, Json> => ({
  initial,
  apply(state, op) {
    if (op.op === 'enqueue') return [{ state: [...state, op.value], result: null }];
    return [{ state: state.slice(1), result: state[0] ?? null }];
  },
  key: sameText,
  explains: same,
});

export interface SetOp {
  readonly op: 'insert' | 'remove' | 'contains';
  readonly value: Json;
}

/** insert and remove answer whether they have changed the set. */
export const set = (
  initial: readonly Json[] = [],
): Specification<readonly Json[], SetOp, boolean> => ({
  initial,
  apply(state, { op, value }) {
    const others = state.filter((member) => !same(member, value));
    const isThere = others.length < state.length;
    if (op === 'insert') return [{ state: [...others, value], result: !isThere }];
    if (op === 'remove') return [{ state: others, result: isThere }];
    return [{ state, result: isThere }];
  },
  key: (state) => sameText(state.map(sameText).sort()),
  explains: same,
});
