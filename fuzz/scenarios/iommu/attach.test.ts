// Scenarios of attaching and of ownership: the reference is clean on all, and each defect is found
// where it is said to be, by what it names.

import { expect, test } from 'vitest';
import { attachDeltas } from '../../../engine/defects/iommu/attach/index.ts';
import { ownershipDeltas } from '../../../engine/defects/iommu/ownership/index.ts';
import type { IommuProgram } from '../../../engine/iommu/vocabulary/index.ts';
import { explore } from '../../../test/iommu/explore.ts';
import { attachScenarios } from './attach.ts';
import { ownershipScenarios } from './ownership.ts';

const scenarios = [...attachScenarios, ...ownershipScenarios];
const deltas = [...attachDeltas, ...ownershipDeltas];
const limit = 20_000;

test.each(scenarios.map(({ id, program }) => [id, program] as const))(
  'the reference holds: %s',
  (_, program) => {
    const { violations, complete } = explore(program as IommuProgram, [], limit);
    expect({ violations, complete }).toEqual({ violations: [], complete: true });
  },
);

/** Where each defect shows, and all that it shows there. */
const shown: Readonly<Record<string, readonly [scenario: string, ...ids: string[]]>> = {
  'ATT-1': ['attach/detach-refused-owned', 'CORE-007'],
  'ATT-2': ['attach/two-paths-refused', 'use-after-free'],
  'ATT-3': ['attach/two-probes', 'CORE-008'],
  'ATT-4': ['attach/two-paths', 'CORE-008'],
  'ATT-8': ['attach/two-paths-refused', 'CORE-008'],
  'ATT-10': ['attach/pasid-refused', 'CORE-007'],
  'ATT-20': ['attach/detach-refused', 'bug'],
  'ATT-21': ['attach/detach-refused-owned', 'CORE-007'],
  'ATT-30': ['attach/default-refused', 'CORE-008'],
  'ATT-31': ['attach/unplug-or-claim', 'OWN-012'],
  'ATT-32': ['attach/deferred', 'OWN-012'],
  'ATT-40': ['attach/unplug-last', 'lock-order'],
  'ATT-41': ['attach/detach-device', 'data-race'],
  'ATT-42': ['attach/alias-unplugged', 'OWN-005'],
  'ATT-51': ['attach/one-of-two-domains', 'self-deadlock'],
  'ATT-52': ['attach/twice', 'held-at-exit'],
  'ATT-53': ['attach/twice', 'bad-unlock'],
  'ATT-81': ['attach/aliases', 'OWN-005'],
  'ATT-105': ['attach/hot-plug-or-claim', 'CORE-007'],
  'OWN-1': ['ownership/attached-and-released', 'OWN-001'],
  'OWN-3': ['ownership/attached-and-released', 'OWN-003'],
  'OWN-4': ['ownership/claim-refused', 'OWN-004'],
  'OWN-6': ['ownership/bound-early', 'OWN-002'],
  'OWN-7': ['ownership/claimed-early', 'OWN-001'],
  'OWN-14': ['ownership/two-owners', 'OWN-014'],
  'OWN-15': ['ownership/driver-or-owner', 'OWN-014'],
  'OWN-70': ['coherency/enforced-late', 'OWN-006'],
  'OWN-71': ['coherency/map-or-enforce', 'OWN-006'],
  'OWN-72': ['coherency/attach-or-enforce', 'OWN-006'],
  'OWN-73': ['coherency/for-good', 'OWN-006'],
  // The machines do not follow a group that has an owner and a driver.
  'OWN-517': ['ownership/driver-or-owner', 'CON-102', 'OWN-014'],
};

test.each(deltas.filter((d) => d.kind === 'defect').map((d) => [d.id, d] as const))(
  '%s is found by what it violates',
  (id, defect) => {
    const [where, ...ids] = shown[id] ?? ['nowhere'];
    expect(ids).toContain(defect.violates);
    const { program } = scenarios.find((s) => s.id === where) ?? {};
    const { violations, complete } = explore(program as IommuProgram, [defect], limit);
    const found = [...new Set(violations.map((v) => v.split(':')[0]))];
    expect({ found, complete }).toEqual({ found: ids, complete: true });
  },
);

test.each(deltas.filter((d) => d.kind === 'divergence').map((d) => [d.id, d] as const))(
  '%s is nobody’s fault',
  (_, divergence) => {
    for (const { program } of scenarios)
      expect(explore(program as IommuProgram, [divergence], limit).violations).toEqual([]);
  },
);
