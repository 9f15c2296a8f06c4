// The revisions of the IOMMU stack: what each stands for, and what a part of the stack says of it.

import type { IommuDelta } from '../../iommu/kernel.ts';
import type { Subsystem } from '../../subsystems.ts';

interface About {
  readonly title: string;
  readonly source: string;
  readonly subsystems: readonly Subsystem[];
  readonly hidden?: Readonly<Record<string, string>>;
}

/** By age within each line. */
export const iommuRevisionIds = {
  'core/6.0': {
    title: 'the IOMMU core of Linux 6.0',
    source: 'spec/iommu-core.md §9, §11; spec/real-bugs.md 1',
    subsystems: ['mapping', 'ownership'],
  },
  'core/6.1': {
    title: 'the IOMMU core and type1 of Linux 6.1',
    source: 'spec/iommu-core.md, column K61, §9',
    subsystems: ['mapping', 'ownership'],
  },
  'core/6.12': {
    title: 'the IOMMU core, type1 and iommufd of Linux 6.12',
    source: 'spec/iommu-core.md, column K612',
    subsystems: ['mapping', 'ownership'],
  },
  'core/7.2': {
    title: 'type1 of Linux 7.2, as its logs show it',
    source: 'spec/iommu-core.md §13',
    subsystems: ['mapping', 'ownership'],
  },
  'virtio/6.1.38': {
    title: 'virtio-iommu of Linux 6.1 before 6.1.39 (V0): endpoints go without DETACH',
    source: 'spec/virtio-domain.md §6, §10 BUG-10, BUG-11; spec/real-bugs.md 19',
    subsystems: ['virtio'],
    hidden: { 'VIO-APERTURE': 'by VIO-BUG11: a map without the device never ends' },
  },
  'virtio/6.1': {
    title: 'virtio-iommu of Linux 6.1 (V0): synchronous MAP, finalised at first attach',
    source: 'spec/virtio-domain.md, V0',
    subsystems: ['virtio'],
  },
  'virtio/6.8': {
    title: 'virtio-iommu of Linux 6.8 to 6.15 (V1): queued MAP',
    source: 'spec/virtio-domain.md, V1',
    subsystems: ['virtio'],
  },
  'virtio/seed': {
    title: 'virtio-iommu with the proposed domain_alloc_paging (VS)',
    source: 'seed 000; spec/virtio-domain.md, VS',
    subsystems: ['virtio'],
  },
  'virtio/6.16': {
    title: 'virtio-iommu of Linux 6.16 (V2): whole at allocation',
    source: 'spec/virtio-domain.md, V2',
    subsystems: ['virtio'],
  },
  'coherency/5.17': {
    title: 'Linux 5.17: no DMA ownership, IOMMU_CACHE doubles as snoop control',
    source: 'seed 002; spec/coherency-and-ownership.md §8',
    subsystems: ['ownership'],
  },
  'coherency/5.19': {
    title: 'Linux 5.19: DMA ownership, enforce_cache_coherency',
    source: 'seed 002; spec/coherency-and-ownership.md §8',
    subsystems: ['ownership'],
  },
  'coherency/6.12': {
    title: 'Linux 6.12: the capability is the device’s',
    source: 'spec/coherency-and-ownership.md, column K612, §8',
    subsystems: ['ownership'],
  },
  'dirty/v3': {
    title: 'the dirty log series as posted, v3',
    source: 'seed 003; spec/split-merge-dirty.md §2, §5',
    subsystems: ['dirty'],
    hidden: {
      'DRT-D8':
        'by DRT-S1: a start leaves clean blocks whole, so that what the IOTLB holds of them is right; ' +
        'what it splits is dirty already',
    },
  },
  'dirty/6.12': {
    title: 'dirty tracking of type1 and iommufd in Linux 6.12',
    source: 'spec/split-merge-dirty.md §6, §7',
    subsystems: ['dirty'],
    hidden: { 'DRT-W2': 'by DRT-W1: the call that drops the bit has said 0 already' },
  },
  'cookie/6.12': {
    title: 'domain cookies up to Linux 6.13 (E1)',
    source: 'spec/cookies.md, E1',
    subsystems: ['cookie'],
  },
  'cookie/seed': {
    title: 'domain cookies with private_data_owner (E2′)',
    source: 'seed 004; spec/cookies.md, E2′',
    subsystems: ['cookie'],
  },
  'cookie/6.15': {
    title: 'domain cookies of Linux 6.15 (E3): one union, one tag',
    source: 'spec/cookies.md, E3',
    subsystems: ['cookie'],
  },
} as const satisfies Readonly<Record<string, About>>;

export type IommuRevisionId = keyof typeof iommuRevisionIds;

/** What one part of the stack adds to revisions. */
export type PartRevisions = Partial<Readonly<Record<IommuRevisionId, readonly IommuDelta[]>>>;
