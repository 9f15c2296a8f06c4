// The scenarios of virtio-iommu: the reference holds, each revision shows what it is expected to,
// each defect alone is found where it should be, each divergence alone is nobody's fault.

import { describe, expect, test } from 'vitest';
import { virtioDeltas } from '../../../engine/defects/iommu/virtio/index.ts';
import { type IommuDelta, iommuOpText, type IommuProgram } from '../../../engine/iommu/index.ts';
import { virtioRevisions } from '../../../engine/revisions/iommu/virtio.ts';
import { explore } from '../../../test/iommu/explore.ts';
import { checkScenario } from '../../checker.ts';
import type { Finding } from '../../finding/index.ts';
import { virtioScenarios } from './virtio.ts';

const scenarios = virtioScenarios.map((s) => [s.id, s] as const);

/** Properties violated in a scenario. */
function broken(program: IommuProgram, deltas: readonly IommuDelta[]): string[] {
  const { violations, complete } = explore(program, deltas);
  expect(complete).toBe(true);
  return [...new Set(violations.map((v) => v.split(':')[0] as string))];
}

const programOf = (id: string) =>
  virtioScenarios.find((s) => s.id === `virtio/${id}`)?.program as IommuProgram;

test.each(scenarios)('%s', (_, { program, expect: expected }) => {
  expect(broken(program as IommuProgram, [])).toEqual([]);
  for (const [revision, deltas] of Object.entries(virtioRevisions))
    expect([revision, ...broken(program as IommuProgram, deltas)]).toEqual([
      revision,
      ...(expected?.[revision] ?? []),
    ]);
});

/** Where each defect shows. */
const shownBy: Readonly<Record<string, string>> = {
  'VIO-BUG1': 'attach-refused',
  'VIO-BUG2': 'unmap-hole',
  'VIO-BUG3': 'unmap-end',
  'VIO-BUG4': 'overlap',
  'VIO-BUG5': 'map-refused',
  'VIO-BUG6': 'unanswered',
  'VIO-BUG7': 'unplug-identity',
  'VIO-BUG8': 'revert-mapped',
  'VIO-BUG9': 'only-id',
  'VIO-BUG10': 'unplug',
  'VIO-BUG11': 'map-before-attach',
  'VIO-COUNT-UNLOCKED': 'unmap-detach',
  'VIO-FINALISE': 'sync-unattached',
  'VIO-APERTURE': 'aperture',
  'VIO-RESERVED': 'identity-reserved',
  'VIO-ID-TWICE': 'alloc-alloc',
  'VIO-REBOUND': 'foreign',
  'VIO-FIRST-ID': 'two-ids',
  'VIO-HALF-MOVED': 'replay-refused',
  'VIO-NO-WAIT': 'unmap-end',
  'VIO-FILLED-BYPASS': 'identity-bypass',
  'VIO-ID-KEPT': 'free-again',
  'VIO-FOREIGN': 'foreign',
  'VIO-SLEEPS': 'map-no-memory',
};

describe('each defect alone, by what it violates', () => {
  const defects = virtioDeltas.filter((d) => d.kind === 'defect').map((d) => [d.id, d] as const);
  test.each(defects)('%s', (id, defect) => {
    expect(broken(programOf(shownBy[id] as string), [defect])).toEqual([defect.violates]);
  });
});

describe('each divergence alone violates nothing', () => {
  const differences = virtioDeltas.filter((d) => d.kind === 'divergence');
  const where = ['foreign', 'granule', 'identity-fill', 'ids-exhausted', 'map-refused'];
  test.each(differences.map((d) => [d.id, d] as const))('%s', (_, difference) => {
    for (const id of where) expect(broken(programOf(id), [difference])).toEqual([]);
  });
});

/** What a defect's finding is shrunk to: the program's operations, and its measures. */
function smallest(id: string, scenario: string) {
  const options = { toolVersion: '0.0.0', maxStates: 100_000 };
  const { found } = checkScenario(
    { revision: 'reference', deltas: [id] },
    `virtio/${scenario}`,
    options,
  );
  const [first] = found;
  const { size, program } = (first as { readonly finding: Finding }).finding;
  const { setup, tasks } = program as IommuProgram;
  const texts = [...setup, ...tasks.flatMap((t) => t.ops)].map(iommuOpText);
  return { operations: size.operations, tasks: size.tasks, texts };
}

test('BUG-1 is shrunk to a domain that could not be attached', () => {
  expect(smallest('VIO-BUG1', 'attach-refused')).toEqual({
    operations: 2,
    tasks: 1,
    texts: ['domain_alloc domain=0 device=0 type=unmanaged', 'replace_domain domain=0 group=0'],
  });
});

test('BUG-3 is shrunk to one mapping after a hole', () => {
  expect(smallest('VIO-BUG3', 'unmap-end')).toEqual({
    operations: 4,
    tasks: 1,
    texts: [
      'domain_alloc domain=0 device=0 type=unmanaged',
      'attach_group domain=0 group=0',
      'iommu_map domain=0 iova=0x1000 pa=0x0 size=0x1000',
      'iommu_unmap domain=0 iova=0x0 size=0x2000',
    ],
  });
});
