// The properties of VFIO type1 and KVM: which rule each stands for.

import type { Property } from '../property.ts';
import type { Uncheckable } from './part.ts';

const property = (id: string, source: string, title: string, rule: string): Property => ({
  id,
  title,
  rule,
  source,
  blame: 'engine',
});

const ownership = (n: number) => `spec/coherency-and-ownership.md §7.${n}`;
const core = (n: number) => `spec/iommu-core.md §7.${n}`;

export const type1Properties = {
  sharing: property(
    'OWN-007',
    ownership(7),
    'groups share a domain only where they are alike',
    'two groups of a container share a domain only if their IOMMU driver and their enforcement of cache coherency are equal',
  ),
  noncoherent: property(
    'OWN-008',
    ownership(8),
    'KVM knows of noncoherent devices',
    'kvm_vfio.noncoherent says whether a file of its list has a device whose IOMMU cannot force snooping, and is counted once in noncoherent_dma_count',
  ),
  wbinvd: property(
    'OWN-009',
    ownership(9),
    'WBINVD works where devices need it',
    'a virtual machine with a group in a domain that does not enforce cache coherency has noncoherent_dma_count above 0',
  ),
  registered: property(
    'OWN-010',
    ownership(10),
    'VFIO devices are coherent with the CPU',
    'no device without IOMMU_CAP_CACHE_COHERENCY is registered with VFIO',
  ),
  isolated: property(
    'OWN-011',
    ownership(11),
    'interrupts of user devices are isolated',
    'every device of a group that a container has attached has isolated interrupts, unless the administrator allows unsafe ones',
  ),
  users: property(
    'OWN-013',
    ownership(13),
    'container_users counts',
    'container_users of a group in a container is 1 and 1 for each open device; without a container it is 0 and no device is open',
  ),
  locked: property(
    'CORE-005',
    core(5),
    'locked memory is accounted exactly',
    'locked_vm of a process is the number of pages that its mappings have accounted, and these are the pages they hold pinned',
  ),
  disjoint: property(
    'CORE-006',
    core(6),
    'domains hold exactly the mappings',
    'mappings of a container are disjoint, and each of its domains translates exactly their addresses, to the same pages with the same permission',
  ),
  available: property(
    'CORE-012',
    core(12),
    'dma_avail counts',
    'dma_avail and the number of mappings are together the limit of the container',
  ),
  pins: property(
    'VFIO-004',
    core(4),
    'mapped pages are pinned, and only they',
    'a page has one pin for each mapping of a container that translates to it and one for each page that a mediated device has pinned, and no other',
  ),
  dirty: property(
    'VFIO-005',
    'spec/split-merge-dirty.md §6',
    'no dirty page is lost',
    'while pages are tracked, a page that a device wrote since the last report is in the next one',
  ),
  bitmaps: property(
    'VFIO-006',
    'spec/split-merge-dirty.md §6',
    'mappings have bitmaps while tracked',
    'a mapping has a bitmap exactly while its container tracks dirty pages',
  ),
  valid: property(
    'VFIO-007',
    'spec/coherency-and-ownership.md §2',
    'the valid IOVA list is what all groups allow',
    'the valid list is what apertures of the domains and reserved regions of the groups leave, and every mapping is in it',
  ),
  vaddr: property(
    'VFIO-008',
    'spec/iommu-core.md §5',
    'invalid addresses are counted, and not with mediated devices',
    'vaddr_invalid_count is the number of mappings whose address is invalid, and 0 while a mediated device is in the container',
  ),
} as const;

export const uncheckable: readonly Uncheckable[] = [
  {
    invariant: 'spec/coherency-and-ownership.md §7.13',
    why: 'that iommu_data is freed only when no call is in it is the use-after-free sanitizer’s; OWN-013 is the counter',
  },
  {
    invariant: 'spec/iommu-core.md §7.4',
    why: 'that a page is pinned when a device reaches it is judged with each access; VFIO-004 balances pins of type1 when nothing is in flight',
  },
];
