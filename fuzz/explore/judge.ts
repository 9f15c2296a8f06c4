// What judges the states of a search or run from outside: the properties that hold between
// operations, and those that hold when everything is over.

export interface Judge {
  /** Every task is between two operations. Throws a Violation. */
  quiescent(): void;
  /** Every program has run to its end and nothing is left to do. Throws a Violation. */
  final(): void;
}

/** One decision: which task goes on, and how the environment answers. */
export interface Decision {
  readonly task: number;
  readonly choice: number;
}
