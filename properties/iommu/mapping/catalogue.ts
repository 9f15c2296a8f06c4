// What must hold of mapping and of the hardware behind it: spec/iommu-core.md §7.

import type { Property } from '../../property.ts';
import type { Uncheckable } from '../part.ts';

const engine = { blame: 'engine', subsystem: 'mapping' } as const;

export const mappingProperties = {
  map: {
    id: 'CORE-001',
    title: 'a map is whole or nothing',
    rule: 'after iommu_map returns 0 every address of the range translates as asked; after an error none of the range is newly mapped',
    source: 'spec/iommu-core.md §7.1',
    ...engine,
  },
  unmap: {
    id: 'CORE-002',
    title: 'an unmap removes what it says',
    rule: 'after iommu_unmap returns u nothing of the first u bytes is mapped, and if u is less than asked nothing is mapped at the byte that follows',
    source: 'spec/iommu-core.md §7.2',
    ...engine,
  },
  stale: {
    id: 'CORE-003',
    title: 'no device uses a translation after the sync that follows its unmap',
    rule: 'whatever the IOTLB holds is in the page table, or waits for a sync that its caller has not asked for yet',
    source: 'spec/iommu-core.md §7.3',
    ...engine,
  },
  pinned: {
    id: 'CORE-004',
    title: 'pages that a device can reach for user space are pinned',
    rule: 'a page is pinned while a leaf or an IOTLB entry of a domain of VFIO or iommufd reaches it; at the end every pin is given back once',
    source: 'spec/iommu-core.md §7.4',
    ...engine,
  },
  trace: {
    id: 'CORE-009',
    title: 'the page table is what the calls add up to',
    rule: 'what successful maps have mapped and unmaps have removed, in order, is exactly what the page table translates',
    source: 'spec/iommu-core.md §7.9',
    ...engine,
  },
  gather: {
    id: 'CORE-010',
    title: 'a gather covers what was removed, and its tables outlive the sync',
    rule: 'while a sync is outstanding every stale IOTLB entry is inside the gathered range, and no freed page table is cached',
    source: 'spec/iommu-core.md §7.10',
    ...engine,
  },
  iova: {
    id: 'CORE-013',
    title: 'an IOVA is handed out again only after its invalidation',
    rule: 'what the IOTLB of a DMA domain still holds of unmapped IOVAs waits in the flush queue',
    source: 'spec/iommu-core.md §7.13',
    ...engine,
  },
  errno: {
    id: 'CORE-015',
    title: 'results are those that are listed',
    rule: 'a misaligned map is -EINVAL and a misaligned unmap removes 0 bytes; other results are those of the table in §2',
    source: 'spec/iommu-core.md §7.15, §2',
    ...engine,
  },
} as const satisfies Readonly<Record<string, Property>>;

export const uncheckable: readonly Uncheckable[] = [
  {
    invariant: 'spec/iommu-core.md §7.3',
    why: 'where the caller has not synced yet, or frees what is still mapped, it is broken-contract',
  },
  {
    invariant: 'spec/iommu-core.md §7.9',
    why: 'judged from the results of calls on domains of in-kernel clients, not from trace events; CORE-001 and CORE-002 cover what failed calls leave',
  },
  {
    invariant: 'spec/iommu-core.md §7.10',
    why: 'a walk in a freed table is also use-after-free',
  },
];
