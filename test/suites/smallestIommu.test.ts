// The smallest programs that show the named defects of core, virtio, ownership, KVM and cookies: all
// smaller ones over the same operations were searched, and shrinking ends at the same size.

import { expect, test } from 'vitest';
import type { IommuOp } from '../../engine/iommu/index.ts';
import { revisionById } from '../../engine/revisions/index.ts';
import { scenarioById } from '../../fuzz/scenarios/index.ts';
import * as group from '../../fuzz/scenarios/iommu/attach.ts';
import { host, program } from '../../fuzz/scenarios/iommu/hosts.ts';
import {
  alloc,
  attach,
  free as pageFree,
  map,
  read,
  unmap,
  unmapFast,
} from '../../fuzz/scenarios/iommu/mappingOps.ts';
import { join, open, register, setIommu } from '../../fuzz/scenarios/iommu/type1Parts.ts';
import { checkParts, checkSmallest, type Named, scope } from './smallestIommu.ts';

const enforce: IommuOp = { op: 'enforce_cache_coherency', domain: 0 };
const fileAdd: IommuOp = { op: 'kvm_file_add', kvm: 0, group: 0 };

/** A device of iommufd, and what an irqchip asks for its domain. */
const cookieOps: readonly IommuOp[] = [
  { op: 'ioas_alloc', ioas: 0 },
  { op: 'iommufd_bind', device: 0 },
  { op: 'hwpt_alloc', hwpt: 0, device: 0, ioas: 0 },
  { op: 'iommufd_attach', device: 0, hwpt: 0 },
  { op: 'attached_get_msi_cookie', device: 0, base: 0x8000 },
];

const deltasOf = (revision: string) => revisionById(revision)!.deltas.map((d) => d.id);

const cookieOwner: Named = {
  title: 'B4 of cookie/seed: the owner of the cookie is overwritten',
  deltas: deltasOf('cookie/seed'),
  in: 'cookie/iommufd-owned',
  property: 'CKE-012',
  key: 'dmaMsi',
  size: [5, 1, 0],
  ops: cookieOps,
  oneEach: true,
  program: ['ioas_alloc; iommufd_bind; hwpt_alloc; iommufd_attach; attached_get_msi_cookie'],
};

const named: readonly Named[] = [
  cookieOwner,
  {
    title: 'BUG-1: a failed ATTACH leaves nr_endpoints decremented',
    deltas: ['VIO-BUG1'],
    in: 'virtio/attach-refused',
    property: 'VIO-003',
    key: 'too few',
    size: [2, 1, 0],
    ops: [alloc, group.alloc(1), attach, group.attach(1), group.replace(1), group.detach()],
    program: ['domain_alloc; attach_group'],
  },
  {
    title: 'BUG-3: UNMAP of a range with a hole before the mapping',
    deltas: ['VIO-BUG3'],
    in: 'virtio/unmap-end',
    property: 'VIO-009',
    key: 'still mapped',
    size: [4, 1, 0],
    ops: [alloc, attach, map(0, 1), map(1, 1), unmap(0, 1), unmap(0, 2)],
    oneEach: true,
    program: ['domain_alloc; attach_group; iommu_map; iommu_unmap'],
  },
  {
    title: 'ATT-1: a group that is attached half-way',
    deltas: ['ATT-1'],
    in: 'attach/refused-half-way',
    property: 'CORE-007',
    key: 'domain',
    size: [2, 1, 0],
    ops: [alloc, group.alloc(1), attach, group.attach(1), group.claim(), group.free(), read(0)],
    program: ['domain_alloc; attach_group'],
  },
  {
    // Of a task alone the attach is caught first: a device meets the freed domain only beside it.
    title: 'ATT-1: the domain of a group that is attached half-way is freed and still in use',
    deltas: ['ATT-1'],
    in: 'attach/refused-half-way',
    property: 'use-after-free',
    key: 'domain',
    size: [4, 2, 2],
    ops: [alloc, attach, group.free(), read(0)],
    oneEach: true,
    program: ['domain_alloc; attach_group; domain_free', 'dma_read'],
  },
  {
    title: 'CORE-P4: the IOTLB is stale after an unmap',
    deltas: ['CORE-P4'],
    in: 'mapping/replaced-table',
    property: 'CORE-003',
    key: 'stale',
    size: [5, 1, 0],
    ops: [alloc, attach, map(0, 1), read(0), unmap(0, 1)],
    oneEach: true,
    program: ['domain_alloc; attach_group; iommu_map; dma_read; iommu_unmap'],
  },
  {
    title: 'the caller reuses an IOVA after iommu_unmap_fast and before the sync',
    deltas: [],
    in: program(host(), [alloc, attach, map(0, 1)], [[read(0), unmapFast(0, 1), map(0, 1, 1)]]),
    property: 'broken-contract',
    key: 'map before the sync of an unmap',
    size: [4, 1, 0],
    ops: [alloc, map(0, 1), unmapFast(0, 1), map(0, 1, 1)],
    program: ['domain_alloc; iommu_map; iommu_unmap_fast; iommu_map'],
  },
  {
    title: 'OWN-70: snooping is enforced on a domain that maps something',
    deltas: ['OWN-70'],
    in: 'coherency/enforced-late',
    property: 'OWN-006',
    key: 'leaf',
    size: [3, 1, 0],
    ops: [alloc, attach, map(0, 1), unmap(0, 1), enforce],
    program: ['domain_alloc; iommu_map; enforce_cache_coherency'],
  },
  {
    title: 'KVM asks the container of a file once',
    deltas: ['KVM-stale-container'],
    in: 'kvm/add-then-container',
    property: 'OWN-009',
    key: 'not emulated',
    size: [5, 1, 0],
    ops: [register(), open(), fileAdd, join(), setIommu()],
    oneEach: true,
    program: ['vfio_register; vfio_group_open; kvm_file_add; vfio_set_container; vfio_set_iommu'],
  },
  {
    title: 'KVM looks at the devices of a group at FILE_ADD only',
    deltas: ['KVM-stale-devices'],
    in: 'kvm/device-bound-later',
    property: 'OWN-008',
    key: 'missed',
    size: [4, 1, 0],
    ops: [register(), register(1), open(), fileAdd],
    program: ['vfio_register; vfio_group_open; kvm_file_add; vfio_register'],
  },
];

test.each(named)('$title', checkSmallest);

test('a page is reused after iommu_unmap_fast and before the sync (6 operations; all up to 3)', () => {
  const setup = [alloc, attach];
  const ops = [map(0, 1), read(0), unmapFast(0, 1), pageFree(0)];
  const shown = {
    deltas: [],
    in: program(host(), [...setup, map(0, 1), read(0)], [[unmapFast(0, 1), pageFree(0)]]),
    property: 'broken-contract',
    key: 'page freed before the sync',
  };
  checkParts(shown, {
    size: [6, 1, 0],
    without: { ops: [...setup, ...ops], maxOperations: 3 },
    after: { setup, ops, maxOperations: 4 },
    program: ['iommu_map; dma_read; iommu_unmap_fast; page_free'],
  });
});

test.each([
  // What these operations do in fewer tasks than operations, they do in a task each as well.
  [1, 1, 5],
  [2, 1, 15],
  [3, 1, 35],
  [4, 1, 70],
  [1, 5, 3125],
] as const)(
  'cookie/6.15: nothing in %i tasks of %i operations of those of B4',
  (tasks, operations, programs) => {
    const on = scenarioById('cookie/iommufd-owned')!.program;
    const result = scope(on, deltasOf('cookie/6.15'), cookieOwner.ops, [tasks, operations]);
    expect(result).toEqual({ programs, complete: true, violations: [] });
  },
);
