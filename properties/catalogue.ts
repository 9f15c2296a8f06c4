// The properties of the SPAPR registration engine: the invariants of spec/spapr-tce-v2.md §10, by
// number, and agreement with the machines of model/. At the end, the list of those of all systems.

import type { Subsystem } from '../engine/subsystems.ts';
import { iommuProperties } from './iommu/parts.ts';
import type { Property } from './property.ts';
import { agreement, atomicity, conformance } from './refinement.ts';

const spec = (n: number) => `spec/spapr-tce-v2.md §10.${n}`;

export const properties = {
  regionsDisjoint: {
    id: 'REG-001',
    title: 'registered regions are disjoint and in use',
    rule:
      'Regions listed for one process do not overlap, and each is registered (used ≥ 1, mapped ≥ 1) ' +
      'or left to the TCEs of other containers.',
    source: spec(1),
    blame: 'engine',
  },
  mappedCount: {
    id: 'REG-002',
    title: 'a region counts its live TCEs',
    rule: 'mapped - 1 of a region is the number of live TCEs whose user address lies in it.',
    source: spec(2),
    blame: 'engine',
  },
  viewMatches: {
    id: 'TCE-003',
    title: 'a TCE is valid exactly when its userspace entry is set',
    rule: 'In a v2 table, a TCE and its it_userspace entry are both set or both clear.',
    source: spec(3),
    blame: 'engine',
  },
  usedCount: {
    id: 'REG-004',
    title: 'a region counts its registrations',
    rule: 'used of a region is the number of containers that have it registered.',
    source: spec(4),
    blame: 'engine',
  },
  accounting: {
    id: 'ACC-005',
    title: 'locked_vm is what is registered, charged and enabled',
    rule:
      'locked_vm is the sum of registered pages, table charges and enabled v1 windows, ' +
      'and returns to 0 when all containers are released.',
    source: spec(5),
    blame: 'engine',
  },
  pinCount: {
    id: 'PIN-006',
    title: 'a page is pinned as often as it is registered or mapped',
    rule: "A page's pin count is the number of regions that contain it plus the v1 TCEs on it.",
    source: spec(6),
    blame: 'engine',
  },
  unregistered: {
    id: 'REG-007',
    title: 'UNREGISTER that succeeds ends the region',
    rule: 'After UNREGISTER returned 0 the region is unlinked unless somebody else registered it.',
    source: spec(7),
    blame: 'engine',
  },
  mapWhole: {
    id: 'MAP-008',
    title: 'MAP succeeds with every entry written, or fails with none',
    rule: 'MAP returns 0 only if it wrote every entry, and an error only if none of them is left.',
    source: spec(8),
    blame: 'engine',
  },
  windowsProgrammed: {
    id: 'WIN-009',
    title: "a container's windows are programmed in its groups, and only there",
    rule:
      'Every attached group uses the tables of its container, a group attached nowhere uses none, ' +
      'and an attach that fails leaves nothing behind.',
    source: spec(9),
    blame: 'engine',
  },
  groupList: {
    id: 'GRP-010',
    title: 'the group list is sound',
    rule: 'A node is in group_list once while it is alive, and a failed attach leaves the list alone.',
    source: spec(10),
    blame: 'engine',
  },
  tableAlive: {
    id: 'WIN-011',
    title: 'no slot points to a freed table',
    rule: 'A table is freed only when no container and no group uses it.',
    source: spec(11),
    blame: 'engine',
  },
  enabled: {
    id: 'CON-012',
    title: 'a v2 container is enabled by its first registration',
    rule: 'A v2 container is enabled exactly when a REGISTER on it ever succeeded.',
    source: spec(12),
    blame: 'engine',
  },
  errno: {
    id: 'RES-013',
    title: 'results are 0 or a negative errno',
    rule: 'An ioctl returns 0 or a negative error number; only CHECK_EXTENSION answers above 0.',
    source: spec(13),
    blame: 'engine',
  },
  conformance,
  agreement,
  atomicity,
} as const satisfies Record<string, Property>;

/** A property and the subsystem under which it is told; null: that of its whole system. */
export type ListedProperty = Omit<Property, 'subsystem'> & { readonly subsystem: Subsystem | null };

/** The properties of every system. */
export const allProperties: readonly ListedProperty[] = [
  ...Object.values(properties).map((p) => ({ ...p, subsystem: 'registration' as const })),
  ...iommuProperties.map((p) => ({ ...p, subsystem: p.subsystem ?? null })),
];
