// What a reduction must keep: which violations there are, and which quiescent states are reached. A
// search is reduced to these two, so that two searches of one program can be compared.

import { ExhaustiveSearch } from '../../fuzz/explore/exhaustive.ts';
import type { Condition, Reduction } from '../../fuzz/explore/reductions.ts';
import { Symmetry } from '../../fuzz/explore/symmetry.ts';
import type { Subject } from '../../fuzz/run.ts';

export interface Seen {
  /** `property key` of each violation, sorted. */
  readonly violations: readonly string[];
  /** Fingerprints of quiescent states, sorted; with symmetry, of those that were explored. */
  readonly quiescent: readonly string[];
  /** The same, with one fingerprint for all states that are renamings of each other. */
  readonly renamed: readonly string[];
  readonly states: number;
  readonly complete: boolean;
}

export interface Asked {
  readonly reductions: readonly Reduction[];
  readonly without?: Condition;
  readonly maxStates?: number;
}

const bounds = { maxDepth: 10_000, preemptions: Number.POSITIVE_INFINITY, beyond: true } as const;

/** Searches behind violations, too: what is found must not depend on what was found before. */
export function see({ executor, judge }: Subject, asked: Asked): Seen {
  const { reductions, without, maxStates = 200_000 } = asked;
  const violations = new Set<string>();
  const quiescent = new Set<string>();
  const renamed = new Set<string>();
  const own = Symmetry.of(executor);
  own?.begin();
  const { states, complete } = new ExhaustiveSearch(executor, judge, {
    ...bounds,
    maxStates,
    reductions,
    ...(without && { without }),
    onViolation: ({ property, key }) => violations.add(`${property} ${key}`).size > 0,
    onQuiescent(_, lane1, lane2) {
      quiescent.add(`${lane1} ${lane2}`);
      // A search with symmetry has renamings of its own, and tells the lanes that they share.
      if (own?.follows === true) own.canonical();
      const shared = own?.follows === true ? own : { lane1, lane2 };
      renamed.add(`${shared.lane1} ${shared.lane2}`);
    },
  }).run();
  own?.end();
  const sorted = (set: ReadonlySet<string>) => [...set].sort();
  return {
    violations: sorted(violations),
    quiescent: sorted(quiescent),
    renamed: sorted(renamed),
    states,
    complete,
  };
}

/** In what two searches of one program differ; null if in nothing that counts. */
export function difference(all: Seen, reduced: Seen, symmetric = false): string | null {
  const kept = symmetric ? 'renamed' : 'quiescent';
  const lists = [
    ['violation', all.violations, reduced.violations],
    ['quiescent state', all[kept], reduced[kept]],
  ] as const;
  for (const [what, full, less] of lists) {
    const lost = full.filter((x) => !less.includes(x));
    const made = less.filter((x) => !full.includes(x));
    if (lost.length > 0) return `${lost.length} of ${full.length} lost, first ${what} ${lost[0]}`;
    if (made.length > 0) return `${made.length} that are not there, first ${what} ${made[0]}`;
  }
  return null;
}
