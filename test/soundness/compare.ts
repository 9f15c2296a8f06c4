// What a reduction must keep: which violations there are, and which quiescent states are reached. A
// search is reduced to these two, so that two searches of one program can be compared.

import { ExhaustiveSearch } from '../../fuzz/explore/exhaustive.ts';
import type { Condition, Reduction } from '../../fuzz/explore/reductions.ts';
import type { Subject } from '../../fuzz/run.ts';

export interface Seen {
  /** `property key` of each violation, sorted. */
  readonly violations: readonly string[];
  /** Fingerprints of quiescent states, sorted. */
  readonly quiescent: readonly string[];
  readonly states: number;
  readonly complete: boolean;
}

export interface Asked {
  readonly reductions: readonly Reduction[];
  readonly without?: Condition;
  readonly maxStates?: number;
}

/** Searches behind violations, too: what is found must not depend on what was found before. */
export function see({ executor, judge }: Subject, { reductions, without, maxStates }: Asked): Seen {
  const violations = new Set<string>();
  const quiescent = new Set<string>();
  const { states, complete } = new ExhaustiveSearch(executor, judge, {
    maxStates: maxStates ?? 200_000,
    maxDepth: 10_000,
    preemptions: Number.POSITIVE_INFINITY,
    reductions,
    beyond: true,
    ...(without && { without }),
    onViolation: ({ property, key }) => violations.add(`${property} ${key}`).size > 0,
    onQuiescent: (e) => quiescent.add(`${e.fingerprint1} ${e.fingerprint2}`),
  }).run();
  return {
    violations: [...violations].sort(),
    quiescent: [...quiescent].sort(),
    states,
    complete,
  };
}

/** In what two searches of one program differ; null if in nothing that counts. */
export function difference(all: Seen, reduced: Seen): string | null {
  const lists = [
    ['violation', all.violations, reduced.violations],
    ['quiescent state', all.quiescent, reduced.quiescent],
  ] as const;
  for (const [what, full, less] of lists) {
    const lost = full.filter((x) => !less.includes(x));
    const made = less.filter((x) => !full.includes(x));
    if (lost.length > 0) return `${lost.length} of ${full.length} lost, first ${what} ${lost[0]}`;
    if (made.length > 0) return `${made.length} that are not there, first ${what} ${made[0]}`;
  }
  return null;
}
