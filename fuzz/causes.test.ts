// Blame: the one defect that suffices, the deltas that only together do, and nothing that merely ran.

import { expect, test } from 'vitest';
import { revisionById } from '../engine/revisions/index.ts';
import { delta, search } from '../test/suites/search.ts';
import { causesOf } from './causes.ts';
import { scenarioById } from './scenarios/index.ts';

function causes(scenario: string, property: string, deltas: Parameters<typeof search>[1]) {
  const { failing } = search(scenarioById(scenario)!, deltas);
  const run = failing.find((f) => f.property === property)!;
  return causesOf(run, deltas).map(({ id }) => id);
}

test('one defect among all of a revision', () => {
  const { deltas } = revisionById('spapr/6.12')!;
  expect(causes('map-unregister', 'MAP-008', deltas)).toEqual(['B1']);
  expect(causes('unregister-mapped', 'REG-007', deltas)).toEqual(['BUG-U']);
});

test('two deltas that fail only together are both to blame', () => {
  const deltas = [delta('L1'), delta('D-LEGACY'), delta('B4')];
  expect(causes('map-detach-legacy', 'use-after-free', deltas)).toEqual(['L1', 'D-LEGACY']);
});
