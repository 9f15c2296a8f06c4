// For tests: histories written as lines of time, one a task, and the checker that tries every order.

import { type Call, endOf, type History, precedes } from './history.ts';
import type { Specification } from './specification.ts';

/** A call as tests write it: who, from when to when (null: it never returned), what and what of it. */
export type Row<O, R> = readonly [
  task: string,
  called: number,
  returned: number | null,
  op: O,
  result?: R,
];

export const historyOf = <O, R>(...rows: readonly Row<O, R>[]): History<O, R> =>
  rows.map(([task, called, returned, op, result], i) => ({
    id: `${i}`,
    task,
    op,
    called,
    returned,
    result,
  }));

/** Whether there is an order: by every permutation of every set of calls that contains those returned. */
export function hasOrder<S, O, R>(
  { initial, apply, explains }: Specification<S, O, R>,
  history: History<O, R>,
): boolean {
  function permute(order: readonly Call<O, R>[], left: History<O, R>): boolean {
    if (left.every((call) => call.returned === null) && isAllowed(order)) return true;
    return left.some((call) => permute([...order, call], without(left, call)));
  }
  function isAllowed(order: readonly Call<O, R>[]): boolean {
    const keepsTime = order.every((a, i) => order.slice(i + 1).every((b) => !precedes(b, a)));
    return keepsTime && runs(initial, order);
  }
  function runs(state: S, [call, ...rest]: readonly Call<O, R>[]): boolean {
    if (call === undefined) return true;
    return apply(state, call.op).some(
      (next) =>
        (call.returned === null || explains(next.result, call.result as R)) &&
        runs(next.state, rest),
    );
  }
  return permute([], history);
}

const without = <T>(list: readonly T[], one: T) => list.filter((other) => other !== one);

/** Whether positions of calls and returns are all different and calls come before their returns. */
export const isWellFormed = <O, R>(history: History<O, R>): boolean =>
  history.every((call) => call.called < endOf(call)) &&
  history.every((a) =>
    history.every((b) => a === b || a.task !== b.task || precedes(a, b) || precedes(b, a)),
  );
