// The reference holds on every scenario of the dirty log; every defect alone is found by what it names.

import { expect, test } from 'vitest';
import { dirtyDeltas } from '../../../engine/defects/iommu/dirty/index.ts';
import type { IommuProgram } from '../../../engine/iommu/index.ts';
import { explore } from '../../../test/iommu/explore.ts';
import { dirtyScenarios } from './dirty.ts';

const programOf = (id: string) =>
  dirtyScenarios.find((s) => s.id === `dirty/${id}`)?.program as IommuProgram;

test.each(dirtyScenarios)('$id: the reference holds', ({ program }) => {
  const { violations, complete, states } = explore(program as IommuProgram);
  expect({ violations, complete }).toEqual({ violations: [], complete: true });
  expect(states).toBeLessThan(150_000);
});

/** What else a defect leads to, where it is one mistake with several consequences. */
const also: Readonly<Record<string, readonly string[]>> = {
  // What hardware notes in the table is gone with it.
  'DRT-D7': ['DRT-007'],
  // The look-up's result is no result of any order.
  'DRT-P1': ['CON-101'],
  // A walker that has the table in its cache meets it before the merge has returned.
  'DRT-P10': ['use-after-free', 'CORE-010'],
};

test.each(dirtyDeltas.map((d) => [d.id, d.violates, d] as const))(
  '%s alone violates %s',
  (id, violates, delta) => {
    const found = dirtyScenarios.flatMap(({ program }) => {
      const { violations, complete } = explore(program as IommuProgram, [delta]);
      expect(complete).toBe(true);
      return violations.map((v) => v.split(':')[0]);
    });
    const properties = [...new Set(found)];
    if (violates === null) return expect(properties).toEqual([]);
    expect(properties).toContain(violates);
    expect([violates, ...(also[id] ?? [])]).toEqual(expect.arrayContaining(properties));
  },
);

test('every scenario is found by its id', () => {
  for (const { id } of dirtyScenarios) expect(programOf(id.slice('dirty/'.length))).toBeDefined();
});
