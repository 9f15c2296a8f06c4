// Histories: calls of tasks, and when each began and returned. A call that has not returned may or may
// not have taken effect.

/** Results are `undefined` while a call has not returned: wrap what may be undefined. */
export interface Call<O, R> {
  readonly id: string;
  readonly task: string;
  readonly op: O;
  /** Position of the call among all events of the history. */
  readonly called: number;
  /** Position of its return; null: it has not returned. */
  readonly returned: number | null;
  readonly result: R | undefined;
}

export type History<O, R> = readonly Call<O, R>[];

/** When a call had returned, for comparisons: never is later than everything. */
export const endOf = ({ returned }: { readonly returned: number | null }): number =>
  returned ?? Number.POSITIVE_INFINITY;

/** The call as if nobody had heard of its end: it may take effect at any time from now on, or never. */
export const unheard = <O, R>(call: Call<O, R>): Call<O, R> => ({
  ...call,
  returned: null,
  result: undefined,
});

/** What had happened just after the event at this position. */
export function prefix<O, R>(history: History<O, R>, position: number): History<O, R> {
  return history
    .filter((call) => call.called <= position)
    .map((call) => (endOf(call) <= position ? call : unheard(call)));
}

/** Whether one call had returned before the other began: an order must keep that. */
export const precedes = (
  a: { readonly returned: number | null },
  b: { readonly called: number },
): boolean => endOf(a) < b.called;
