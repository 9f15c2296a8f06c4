// What is known of W(variant, tasks, operations): counts on which SPIN, TLC and stateright (states) and
// Nidhugg, GenMC (traces) agree. Every bench of W is held to them, whatever tool it runs.

export type Variant = 'A' | 'B' | 'C';

export interface Workload {
  readonly variant: Variant;
  readonly tasks: number;
  readonly ops: number;
}

export interface Known extends Workload {
  readonly states: number;
  readonly transitions: number;
  /** Mazurkiewicz traces; unknown where nobody has counted them to the end. */
  readonly traces: number | null;
}

type Row = readonly [Variant, number, number, number, number, number | null];

const rows: readonly Row[] = [
  ['A', 2, 2, 69, 72, 6],
  ['A', 2, 4, 225, 240, 70],
  ['A', 3, 2, 297, 324, 90],
  ['A', 3, 3, 784, 864, 1680],
  ['A', 4, 2, 1161, 1296, 2520],
  ['B', 2, 2, 359, 600, 63],
  ['B', 2, 4, 10_897, 19_588, 26_721],
  ['B', 3, 2, 3072, 5634, 1891],
  ['B', 3, 3, 39_514, 73_961, 349_507],
  ['B', 4, 2, 28_634, 53_190, 139_890],
  ['C', 2, 2, 81, 144, 1],
  ['C', 2, 4, 289, 544, 1],
  ['C', 3, 2, 729, 1944, 1],
  ['C', 3, 3, 2197, 6084, 1],
  ['C', 4, 2, 6561, 23_328, 1],
  ['B', 4, 4, 6_131_499, 11_987_259, null],
  ['C', 4, 8, 1_185_921, 4_599_936, 1],
];

/** In the order in which benches show them: small ones first. */
export const known: readonly Known[] = rows.map(
  ([variant, tasks, ops, states, transitions, traces]) => ({
    variant,
    tasks,
    ops,
    states,
    transitions,
    traces,
  }),
);

/** The shortest run of B that is wrong, of every size: one locked operation around an unlocked one. */
export const shortestOfB = { steps: 10, switches: 2 } as const;

export const nameOf = ({ variant, tasks, ops }: Workload): string => `${variant}(${tasks},${ops})`;

/** Whether some run loses an update. */
export const isWrong = ({ variant }: Workload): boolean => variant === 'B';

/** Steps of a run to its end. */
export function stepsOf({ variant, tasks, ops }: Workload): number {
  const unlocked = variant === 'A' ? 0 : variant === 'B' ? 1 : tasks;
  return ops * (6 * (tasks - unlocked) + 4 * unlocked);
}
