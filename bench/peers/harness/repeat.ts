// Repeats something until there are enough undisturbed runs, or patience ends. Runs too short for the
// kernel's clock of 10 ms are judged in groups.

import { type Load, loadBetween, sample } from './load.ts';

export interface Patience {
  readonly repeats: number;
  /** Long runs are repeated less often. */
  readonly repeatsOfLong: number;
  /** Times as many runs as wanted are tried before disturbed ones are taken as well. */
  readonly attempts: number;
}

export interface Repeated<T> {
  readonly runs: readonly T[];
  /** Mean of one run. */
  readonly cpuMs: number;
  /** Cores of others in the worst group that was taken; above the threshold, the runs are disturbed. */
  readonly others: number | null;
}

/** Cores used by others above which a run is repeated. */
export const disturbedAbove = 0.2;

const groupMs = 300;
export const longMs = 1000;

interface Group<T> {
  readonly runs: readonly T[];
  readonly load: Load;
}

/** `last` says that there is no sense in another run. */
export async function repeat<T>(
  { repeats, repeatsOfLong, attempts }: Patience,
  once: (index: number) => Promise<{ readonly run: T; readonly last: boolean }>,
): Promise<Repeated<T>> {
  const groups: Group<T>[] = [];
  let index = 0;
  let wanted = repeats;
  let stop = false;
  const count = (some: readonly Group<T>[]) => some.reduce((n, { runs }) => n + runs.length, 0);
  while (!stop && count(quiet(groups)) < wanted && index < wanted * attempts) {
    const missing = wanted - count(quiet(groups));
    const runs: T[] = [];
    const from = sample();
    while (!stop && runs.length < missing && (runs.length === 0 || elapsed(from) < groupMs)) {
      const { run, last } = await once(index++);
      runs.push(run);
      stop = last;
    }
    const load = loadBetween(from, sample());
    if (elapsed(from) / runs.length > longMs) wanted = Math.min(repeats, repeatsOfLong);
    groups.push({ runs, load });
  }
  return summary(groups, wanted);
}

const elapsed = (from: { readonly atMs: number }) => performance.now() - from.atMs;

const quiet = <T>(groups: readonly Group<T>[]) =>
  groups.filter(({ load }) => (load.others ?? 0) <= disturbedAbove);

/** The least disturbed groups that make up what was wanted. */
function summary<T>(groups: readonly Group<T>[], wanted: number): Repeated<T> {
  const runs: T[] = [];
  let [cpuMs, others] = [0, null as number | null];
  for (const group of groups.toSorted((a, b) => (a.load.others ?? 0) - (b.load.others ?? 0))) {
    if (runs.length >= wanted) break;
    runs.push(...group.runs);
    cpuMs += group.load.childrenMs;
    if (group.load.others !== null) others = Math.max(others ?? 0, group.load.others);
  }
  return { runs, cpuMs: cpuMs / Math.max(1, runs.length), others };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
