// Renamings against the truth: the fingerprint that a state would have under a renaming is that of a
// state which the program reaches, for every quiescent state and every renaming.

import { expect, test } from 'vitest';
import { ExhaustiveSearch } from '../../fuzz/explore/exhaustive.ts';
import { Symmetry } from '../../fuzz/explore/symmetry.ts';
import { busyNumber, type Candidate, engineNumber, toyNumber } from './programs.ts';

/** How many quiescent states of the program are renamed, and how often to one that is not reached. */
function renamedStates({ make }: Candidate): { renamed: number; astray: number } {
  const { executor, judge } = make();
  const symmetry = Symmetry.of(executor);
  if (symmetry === null) return { renamed: 0, astray: 0 };
  const reached = new Set<string>();
  const renamed: string[] = [];
  symmetry.begin();
  const { complete } = new ExhaustiveSearch(executor, judge, {
    maxStates: 4_000,
    maxDepth: 10_000,
    preemptions: Number.POSITIVE_INFINITY,
    beyond: true,
    onViolation: () => true,
    onQuiescent(_, lane1, lane2) {
      reached.add(`${lane1} ${lane2}`);
      for (const [one, two] of symmetry.all()) renamed.push(`${one} ${two}`);
    },
  }).run();
  symmetry.end();
  if (!complete) return { renamed: 0, astray: 0 };
  return { renamed: renamed.length, astray: renamed.filter((state) => !reached.has(state)).length };
}

test.each([
  ['toys', toyNumber, 2500, 300],
  ['busy toys', busyNumber, 800, 50],
  ['the engine', engineNumber, 600, 10],
] as const)('what a state of %s is renamed to is reached as well', (_, number, count, least) => {
  let programs = 0;
  const astray: string[] = [];
  for (let i = 0; i < count; i++) {
    const candidate = number(i);
    const { renamed, astray: lost } = renamedStates(candidate);
    if (renamed > 0) programs++;
    if (lost > 0) astray.push(`${candidate.text}: ${lost} of ${renamed}`);
  }
  expect(astray).toEqual([]);
  expect(programs).toBeGreaterThanOrEqual(least);
});
