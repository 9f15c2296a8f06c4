// What holds of every delta: it replaces steps that exist, says what must catch it, and lives with
// the others of its revisions.

import { describe, expect, test } from 'vitest';
import { noQuirks } from '../../model/quirks.ts';
import { properties } from '../../properties/catalogue.ts';
import { ops } from '../../model/testing.ts';
import { Host, run } from '../../test/engine/host.ts';
import { revisions } from '../revisions/index.ts';
import { sanitizers } from '../runtime/index.ts';
import type { SpaprDelta } from '../vfio/spapr/kernel.ts';
import { bootKernel } from '../vfio/spapr/kernel.ts';
import { ConflictingDeltas } from './compose.ts';
import { delta } from './define.ts';
import { deltaById, deltas } from './index.ts';
import { b1 } from './spapr/b1-partial-map-success.ts';
import { bugD } from './spapr/bug-d-detach-clears-shared.ts';

const { world } = new Host([]);
const referenceKernel = bootKernel(world, []);

const defects = deltas.filter(({ kind }) => kind === 'defect');
const divergences = deltas.filter(({ kind }) => kind === 'divergence');
const judges = new Set<string | null>([
  ...Object.values(properties).map(({ id }) => id),
  ...Object.keys(sanitizers),
]);

test('ids are unique, and found', () => {
  expect(new Set(deltas.map(({ id }) => id)).size).toBe(deltas.length);
  for (const d of deltas) expect(deltaById(d.id)).toBe(d);
  expect(deltaById('none')).toBeUndefined();
});

describe.each(deltas)('$id', (d) => {
  test('replaces steps that exist, and by other code', () => {
    for (const [name, replacement] of Object.entries(d.steps)) {
      const original = (referenceKernel as unknown as Record<string, unknown>)[name];
      expect([name, typeof original]).toEqual([name, 'function']);
      expect(replacement).not.toBe(original);
    }
  });

  test('boots alone', () => {
    expect(run([ops.register()], { deltas: [d] }).rets).toEqual([0]);
  });

  test('allows quirks that the machines know', () => {
    for (const quirk of d.allows ?? []) expect(Object.keys(noQuirks)).toContain(quirk);
  });

  test('names its source and trigger', () => {
    expect([d.title, d.source, d.trigger, d.class].filter((text) => text === '')).toEqual([]);
  });

  test('is part of a revision', () => {
    expect(revisions.some((revision) => revision.deltas.includes(d))).toBe(true);
  });
});

test.each(defects)(
  '$id names the property or sanitizer that must catch it',
  ({ violates, steps }) => {
    expect(judges).toContain(violates);
    expect(Object.keys(steps)).not.toEqual([]);
  },
);

test.each(divergences)('$id is nobody’s fault', ({ violates }) => {
  expect(violates).toBe(null);
});

describe('deltas of one revision', () => {
  const other: SpaprDelta = delta({ ...b1, id: 'B1 again' });

  test('that replace the same step are refused, by name', () => {
    expect(() => bootKernel(world, [b1, bugD, other])).toThrow(ConflictingDeltas);
    expect(() => bootKernel(world, [b1, bugD, other])).toThrow(
      'B1 and B1 again both replace tceIommuBuildV2',
    );
  });

  test.each(revisions)(
    '$id: none conflict, none twice, the reference is left alone',
    (revision) => {
      const kernel = bootKernel(world, revision.deltas) as unknown as Record<string, unknown>;
      for (const d of revision.deltas)
        for (const [name, step] of Object.entries(d.steps)) expect(kernel[name]).toBe(step);
      expect(new Set(revision.deltas).size).toBe(revision.deltas.length);
      expect(bootKernel(world, [])).toEqual(referenceKernel);
    },
  );

  test('code of a delta tells when it runs', () => {
    const told: string[] = [];
    const kernel = bootKernel(world, [bugD, b1], (id) => told.push(id));
    expect(kernel.tceViewPages(1)).toBe(1);
    expect(told).toEqual([]);
    const observed: unknown = Reflect.get(kernel, 'tceIommuBuildV2');
    (observed as (...args: unknown[]) => unknown).call(kernel);
    expect(told).toEqual(['B1']);
  });
});
