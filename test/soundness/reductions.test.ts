// Every reduction, and all of them together, keep what they must: the same violations and the same
// quiescent states on random small programs, of toys and of the engine with its defects.
// IOMMUCHECK_SOUNDNESS=<factor> looks at more of them.

import { expect, test } from 'vitest';
import { bugOn, forget } from '../../engine/runtime/index.ts';
import { type Condition, conditions, type Reduction } from '../../fuzz/explore/reductions.ts';
import { difference, see, type Seen } from './compare.ts';
import type { Subject } from '../../fuzz/run.ts';
import { Table } from '../toys/objects.ts';
import { searchAll, toy } from '../toys/toy.ts';
import { onceLost, unrenamable } from './lost.ts';
import { busyNumber, type Candidate, engineNumber, toyNumber } from './programs.ts';

const factor = Number(process.env['IOMMUCHECK_SOUNDNESS'] ?? 1);
const several: readonly Reduction[] = ['sleep', 'persistent', 'sections', 'symmetry', 'parts'];
const alone = several.map((r): readonly Reduction[] => [r]);
/** Of programs with more states, only the reduced search would end soon. */
const maxStates = 4_000;

function compare(
  all: Seen,
  subject: Subject,
  reductions: readonly Reduction[],
  without?: Condition,
) {
  const less = see(subject, { reductions, maxStates, ...(without && { without }) });
  return difference(all, less, reductions.includes('symmetry'));
}

/** Compares; how many programs were small enough to be. */
function compareAll(
  candidates: Iterable<Candidate>,
  sets: (i: number) => readonly (readonly Reduction[])[],
): { compared: number; wrong: number; differences: string[] } {
  const differences: string[] = [];
  let compared = 0;
  let wrong = 0;
  for (const { text, make } of candidates) {
    const all = see(make(), { reductions: [], maxStates });
    if (!all.complete) continue;
    compared++;
    if (all.violations.length > 0) wrong++;
    for (const reductions of sets(compared)) {
      const less = compare(all, make(), reductions);
      if (less !== null) differences.push(`${text}, ${reductions.join('+')}: ${less}`);
    }
  }
  return { compared, wrong, differences };
}

function* from<T>(make: (i: number) => T, first: number, count: number): Generator<T> {
  for (let i = first; i < first + count; i++) yield make(i);
}

/** One alone and all together; which one takes turns. */
const oneAndAll = (i: number) => [alone[i % alone.length] as readonly Reduction[], several];

test('nothing is lost on 10 000 toy programs', { timeout: 1_800_000 }, () => {
  const result = compareAll(from(toyNumber, 0, 10_600 * factor), oneAndAll);
  expect(result.differences).toEqual([]);
  expect(result.compared).toBeGreaterThanOrEqual(10_000 * factor);
  // Food for the comparison: about a third of the programs is wrong in some way.
  expect(result.wrong / result.compared).toBeGreaterThan(0.25);
});

test('nothing is lost on 3 400 busy toys', { timeout: 1_800_000 }, () => {
  const result = compareAll(from(busyNumber, 0, 4_000 * factor), oneAndAll);
  expect(result.differences).toEqual([]);
  expect(result.compared).toBeGreaterThanOrEqual(3_400 * factor);
  expect(result.wrong / result.compared).toBeGreaterThan(0.25);
});

test.each(onceLost.map((candidate) => [candidate.text, candidate] as const))(
  'nothing is lost any more: %s',
  (_, candidate) => {
    const { compared, differences } = compareAll([candidate], () => [...alone, several]);
    expect(differences).toEqual([]);
    expect(compared).toBe(1);
  },
);

test('a search that gives renaming up begins anew', () => {
  for (const reductions of [[], ['symmetry'], several] as const)
    expect(searchAll(unrenamable.make(), { reductions }).findings).toEqual([]);
});

test('nothing is lost on programs of the engine', { timeout: 1_800_000 }, () => {
  const result = compareAll(from(engineNumber, 0, 500 * factor), (i) =>
    i % 3 === 0 ? oneAndAll(i / 3) : [several],
  );
  expect(result.differences).toEqual([]);
  expect(result.compared).toBeGreaterThanOrEqual(420 * factor);
  expect(result.wrong).toBeGreaterThanOrEqual(40 * factor);
});

/** T0 waits for what never comes, and comes back to where it was; T1 is wrong once T0 has begun. */
const cyclic: readonly Candidate[] = [
  {
    text: 'a task that spins',
    make: () =>
      toy(({ heap, env }) => {
        const table = heap.boot(Table, 'table');
        return {
          main: [
            [
              function* () {
                yield table.count.writeOnce;
                table.count.value = 1;
                for (;;) {
                  yield table.ready.readOnce;
                  if (table.ready.value !== 0) return;
                  forget('spin');
                }
              },
            ],
            [
              function* () {
                yield env.local;
                yield table.count.readOnce;
                bugOn(table.count.value === 1, 'the other task has begun');
              },
            ],
          ],
        };
      }),
  },
];

test('a program that can come back to an earlier state is searched as a whole', () => {
  expect(compareAll(cyclic, () => [...alone, several])).toMatchObject({
    differences: [],
    wrong: 1,
  });
});

function* manyToys(): Generator<Candidate> {
  yield* onceLost;
  yield* from(toyNumber, 0, 1000);
  yield* from(busyNumber, 0, 1000);
}

/** The first program on which a search that does not heed the condition goes wrong. */
function caught(without: Condition, programs: Iterable<Candidate>): string | null {
  for (const { make } of programs) {
    const all = see(make(), { reductions: [], maxStates });
    if (!all.complete) continue;
    const found = compare(all, make(), several, without);
    if (found !== null) return found;
  }
  return null;
}

test.each(Object.entries(conditions))(
  'the comparison notices when a search does not heed “%s”: %s',
  { timeout: 300_000 },
  (condition) => {
    const programs = condition === 'no cycles' ? cyclic : manyToys();
    expect(caught(condition as Condition, programs)).toMatch(/lost|not there/);
  },
);
