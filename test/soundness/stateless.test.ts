// The stateless search against the exhaustive one: the numbers of traces that other tools agree on,
// and the same violations and quiescent states on random toy programs, busy ones among them.

import { expect, test } from 'vitest';
import { StatelessSearch } from '../../fuzz/explore/dpor.ts';
import { toyW } from '../../bench/workload/w.ts';
import { difference, see, Sights } from './compare.ts';
import { busyCandidate, onceLostStateless } from './lost.ts';
import { busyNumber, type Candidate, toyNumber } from './programs.ts';

test.each([
  ['A', 2, 2, 6],
  ['A', 2, 4, 70],
  ['A', 3, 2, 90],
  ['A', 3, 3, 1680],
  ['A', 4, 2, 2520],
  ['B', 2, 2, 63],
  ['B', 2, 4, 26_721],
  ['B', 3, 2, 1891],
  ['B', 3, 3, 349_507],
  ['B', 4, 2, 139_890],
  ['C', 2, 2, 1],
  ['C', 4, 2, 1],
  ['C', 4, 8, 1],
] as const)('%s(%i,%i) has %i Mazurkiewicz traces', (variant, tasks, ops, traces) => {
  const { executor } = toyW(variant, tasks, ops);
  const judge = { quiescent() {}, final() {} };
  const result = new StatelessSearch(executor, judge, {
    maxRuns: 1e6,
    maxDepth: 1000,
    quiescent: false,
    onViolation: () => true,
  }).run();
  expect(result).toMatchObject({ traces, blocked: 0, complete: true });
});

/** Runs that end at a step that is judged wrong are no traces, and bounded by what is told of them. */
const maxTold = 10_000;

/** What the two searches differ in; null if in nothing; undefined where one of them was not complete. */
function differenceOf({ make }: Candidate): string | null | undefined {
  const all = see(make(), { reductions: [], maxStates: 4_000 });
  if (!all.complete) return undefined;
  const { executor, judge } = make();
  const sights = new Sights(executor);
  let told = 0;
  const { complete } = new StatelessSearch(executor, judge, {
    maxRuns: 1_500,
    maxDepth: 1_000,
    onViolation: (violation) => sights.onViolation(violation) && ++told < maxTold,
    onQuiescent: () => sights.onQuiescent(),
  }).run();
  if (!complete) return undefined;
  // Circles of locks are gathered over a whole search of states.
  const judged = all.violations.filter((v) => !v.startsWith('lock-order'));
  return difference({ ...all, violations: judged }, { ...all, ...sights.all });
}

test.each([
  ['toys', toyNumber, 700, 500],
  ['busy toys', busyNumber, 2_000, 1_100],
] as const)(
  'it sees the violations and quiescent states of %s',
  { timeout: 300_000 },
  (_, number, count, least) => {
    const differences: string[] = [];
    let compared = 0;
    for (let i = 0; i < count; i++) {
      const candidate = number(i);
      const found = differenceOf(candidate);
      if (found === undefined) continue;
      compared++;
      if (found !== null) differences.push(`${candidate.text}: ${found}`);
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(least);
  },
);

test.each(
  onceLostStateless.map(busyCandidate).map((candidate) => [candidate.text, candidate] as const),
)('nothing is lost any more: %s', (_, candidate) => {
  expect(differenceOf(candidate)).toBeNull();
});
