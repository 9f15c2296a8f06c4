// The defects are as deep as the comparison says: no run with one preemption shows them, no run of PCT
// with one change point does, and runs with two or three preemptions do.

import { expect, test } from 'vitest';
import { bugOn } from '../../engine/runtime/index.ts';
import { ExhaustiveSearch } from '../../fuzz/explore/exhaustive.ts';
import { shows } from './compare.ts';
import { type SeededDefect, seededDefects } from './defects.ts';
import { eachShallowRun } from './depth.ts';
import { toy } from '../../test/toys/toy.ts';
import { load, numbers, store } from './toys/parts.ts';

/** Whether some run with so many preemptions shows it; all were seen if none does. */
function shownWithin(defect: SeededDefect, preemptions: number): boolean {
  const { executor, judge } = defect.boot();
  let shown = false;
  const { complete } = new ExhaustiveSearch(executor, judge, {
    maxStates: 1e6,
    maxDepth: 10_000,
    preemptions,
    onViolation: (violation) => {
      shown ||= shows(defect, violation);
      return !shown;
    },
  }).run();
  expect(complete || shown).toBe(true);
  return shown;
}

function shownByShallowRuns(defect: SeededDefect): boolean {
  let shown = false;
  eachShallowRun(defect.boot(), (violation) => (shown ||= shows(defect, violation)));
  return shown;
}

test('there are enough of them, and most are of the catalogue', () => {
  const names = seededDefects.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !name.startsWith('toy ')).length).toBeGreaterThanOrEqual(10);
});

test.each(seededDefects.map((defect) => [defect.name, defect] as const))('%s', (_, defect) => {
  expect(shownWithin(defect, 1)).toBe(false);
  expect(shownByShallowRuns(defect)).toBe(false);
  expect(shownWithin(defect, 2) || shownWithin(defect, 3)).toBe(true);
});

/** One task reads twice, another writes in between. */
const tornRead = () =>
  toy(({ heap }) => {
    const x = numbers(heap).of('x');
    function* read() {
      const first = yield* load(x);
      bugOn((yield* load(x)) !== first, 'torn');
    }
    return { main: [[read], [() => store(x, 1)]] };
  });

test('an ordinary torn read is shallow, and the search for shallow runs finds it', () => {
  const defect = { name: 'shallow', property: 'bug', key: 'torn', boot: tornRead };
  expect(shownWithin(defect, 1)).toBe(true);
  expect(shownByShallowRuns(defect)).toBe(true);
});
