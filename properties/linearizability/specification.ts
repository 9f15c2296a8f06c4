// What a linearizability check needs of an object: what one operation, taken as one step, may do to it.
// Specifications are values; the machines of model/ become some in machines.ts.

/** One way in which an operation may go. */
export interface Outcome<S, R> {
  readonly state: S;
  readonly result: R;
}

export interface Specification<S, O, R> {
  readonly initial: S;
  /** Every way; none: the operation cannot take effect in this state. */
  readonly apply: (state: S, op: O) => readonly Outcome<S, R>[];
  /** Canonical: equal if and only if the states are. */
  readonly key: (state: S) => string;
  /** Whether a result that may be is the one that was seen. */
  readonly explains: (possible: R, seen: R) => boolean;
}
