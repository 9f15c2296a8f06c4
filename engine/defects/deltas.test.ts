// What holds of every delta: it replaces steps that exist, says what must catch it, and lives with
// the others of its revisions.

import { describe, expect, test } from 'vitest';
import { noIommuQuirks } from '../../model/iommu/index.ts';
import { noQuirks } from '../../model/quirks.ts';
import { allProperties } from '../../properties/catalogue.ts';
import { ops } from '../../model/testing.ts';
import { Host, run } from '../../test/engine/host.ts';
import { revisions } from '../revisions/index.ts';
import { sanitizers } from '../runtime/index.ts';
import { type Subsystem, systemOf } from '../subsystems.ts';
import { bootIommuKernel } from '../iommu/kernel.ts';
import { type System, systems } from '../program.ts';
import type { SpaprDelta } from '../vfio/spapr/kernel.ts';
import { bootKernel } from '../vfio/spapr/kernel.ts';
import { composeKernel, ConflictingDeltas, StepTwice } from './compose.ts';
import { type AnyDelta, delta, deltasFor } from './define.ts';
import { deltaById, deltas, subsystemOf } from './index.ts';
import { b1 } from './spapr/b1-partial-map-success.ts';
import { bugD } from './spapr/bug-d-detach-clears-shared.ts';

const { world } = new Host([]);
const referenceKernel = bootKernel(world, []);

type Steps = Readonly<Record<string, unknown>>;

/** The kernel of each system with deltas of its own; its steps are all that is looked at here. */
const kernelOf: Readonly<Record<System, (own: readonly AnyDelta[]) => Steps>> = {
  spapr: (own) => bootKernel(world, own) as unknown as Steps,
  iommu: (own) => bootIommuKernel({}, own, null) as unknown as Steps,
};
const reference = { spapr: kernelOf.spapr([]), iommu: kernelOf.iommu([]) };

const defects = deltas.filter(({ kind }) => kind === 'defect');
const divergences = deltas.filter(({ kind }) => kind === 'divergence');
const judges = new Set<string | null>([
  ...allProperties.map(({ id }) => id),
  ...Object.keys(sanitizers),
]);

test('ids are unique over all systems, and found', () => {
  expect(new Set(deltas.map(({ id }) => id)).size).toBe(deltas.length);
  for (const d of deltas) {
    expect(deltaById(d.id)).toBe(d);
    expect(systemOf[subsystemOf(d) as Subsystem]).toBe(d.system);
  }
  expect(deltaById('none')).toBeUndefined();
});

describe.each(deltas)('$id', (d) => {
  test('replaces steps that exist, and by other code', () => {
    for (const [name, replacement] of Object.entries(d.steps)) {
      const original = reference[d.system][name];
      expect([name, typeof original]).toEqual([name, 'function']);
      expect(replacement).not.toBe(original);
    }
  });

  test('boots alone', () => {
    expect(kernelOf[d.system]([d])).toBeDefined();
    if (d.system === 'spapr')
      expect(run([ops.register()], { deltas: [d as SpaprDelta] }).rets).toEqual([0]);
  });

  test('allows quirks that the machines know', () => {
    const known = d.system === 'spapr' ? noQuirks : noIommuQuirks;
    for (const quirk of d.allows ?? []) expect(Object.keys(known)).toContain(quirk);
  });

  test('names its source and trigger', () => {
    expect([d.title, d.source, d.trigger, d.class].filter((text) => text === '')).toEqual([]);
  });

  test('is part of a revision, planted, or put right upstream by a change that is named', () => {
    const listed = revisions.some((revision) => revision.deltas.includes(d));
    const upstream = /real-bugs\.md \d|“/.test(d.source);
    if (d.class === 'planted') expect(listed).toBe(false);
    else expect(listed || upstream).toBe(true);
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
      for (const system of systems) {
        const own = deltasFor(revision.deltas, system);
        const kernel = kernelOf[system](own);
        for (const d of own)
          for (const [name, step] of Object.entries(d.steps)) expect(kernel[name]).toBe(step);
      }
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

test('a step that two parts of a kernel have is refused', () => {
  class One {
    step() {}
  }
  class Other {
    step() {}
  }
  expect(() => composeKernel<One>([One, Other])).toThrow(StepTwice);
});
