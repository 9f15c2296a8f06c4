// Which scenarios are run on which engine, and which programs campaigns take.

import { expect, test } from 'vitest';
import { programsOf } from './campaignService.ts';
import { runsOn, subsystemsOf } from './engines.ts';
import { type Scenario, scenarioById } from './scenarios/index.ts';

const reference = { revision: 'reference', deltas: [] };
const v11 = { revision: 'spapr/v11', deltas: ['B1'] };
const b1 = { revision: 'reference', deltas: ['B1'] };

const scenario = scenarioById('map-unregister')!;
const elsewhere: Scenario = { ...scenario, subsystem: 'virtio' };

test('the reference is about everything, a revision about its own, a defect about its own', () => {
  expect(subsystemsOf(reference)).toContain('virtio');
  expect(subsystemsOf(v11)).toEqual(['registration']);
  expect(subsystemsOf(b1)).toEqual(['registration']);
});

test('scenarios of other subsystems are left out, unless asked for by name on the reference', () => {
  const on = (s: Scenario, named: boolean) => [reference, v11, b1].map((e) => runsOn(s, e, named));
  expect(on(scenario, false)).toEqual([true, true, true]);
  expect(on(elsewhere, false)).toEqual([true, false, false]);
  expect(on(elsewhere, true)).toEqual([true, false, true]);
  expect(runsOn({ ...scenario, notOn: ['spapr/v11'] }, v11, true)).toBe(false);
});

test('a campaign without random programs ends, one of registration has programs of SPAPR', () => {
  expect(programsOf('1', []).next().done).toBe(true);
  expect(programsOf('1', ['registration']).next().value).toMatchObject({ system: 'spapr' });
});
