// In-kernel callers that break a contract of the functions they call (spec/iommu-core.md §8,
// spec/split-merge-dirty.md §3, seed 003): on the reference, too, the fault is theirs.

import type { IommuOp, IommuTopology } from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { backing, host, page, program } from './hosts.ts';

const arm: IommuTopology = host({ iommus: [{ driver: 'arm', dirtyTracking: true }] });

const alloc: IommuOp = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' };
const attach: IommuOp = { op: 'attach_group', domain: 0, group: 0 };
const domain = 0;

const map = (at: number, pages: number): IommuOp => ({
  op: 'iommu_map',
  domain,
  iova: at * page,
  pa: backing + at * page,
  size: pages * page,
});

const range = (pages: number) => ({ domain, iova: 0, size: pages * page });

interface Careless {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly setup: readonly IommuOp[];
  readonly tasks: readonly (readonly IommuOp[])[];
}

const careless: readonly Careless[] = [
  {
    id: 'map-map',
    title: 'two maps of one page at once',
    about: 'callers serialise what they map (iommu-core §8)',
    setup: [alloc],
    tasks: [[map(0, 1)], [map(0, 1)]],
  },
  {
    id: 'map-unmap',
    title: 'a map and an unmap of one page at once',
    about: 'callers serialise map and unmap (iommu-core §8)',
    setup: [alloc],
    tasks: [[map(0, 1)], [{ op: 'iommu_unmap', ...range(1) }]],
  },
  {
    id: 'map-split',
    title: 'a map races a split',
    about: 'map and unmap must not run while blocks are split (split-merge-dirty §3 R1, seed 003)',
    setup: [alloc],
    tasks: [[map(0, 1)], [{ op: 'split_block', ...range(4) }]],
  },
  {
    id: 'unmap-merge',
    title: 'an unmap races a merge',
    about: 'the tables that merge walks are freed (split-merge-dirty §3 R1, D9)',
    setup: [alloc, map(0, 4)],
    tasks: [[{ op: 'iommu_unmap', ...range(4) }], [{ op: 'merge_page', ...range(4) }]],
  },
  {
    id: 'unmap-switch',
    title: 'an unmap races the start of the dirty log',
    about: 'start splits what is being unmapped (split-merge-dirty §3 R1)',
    setup: [alloc, map(0, 4)],
    tasks: [
      [{ op: 'iommu_unmap', ...range(4) }],
      [{ op: 'switch_dirty_log', enable: true, ...range(4) }],
    ],
  },
  {
    id: 'clear-unreported',
    title: 'clearing what no sync has reported',
    about: 'sync comes before clear (split-merge-dirty §3 R3)',
    setup: [alloc, attach, map(0, 1), { op: 'switch_dirty_log', enable: true, ...range(1) }],
    tasks: [
      [
        { op: 'dma_write', device: 0, iova: 0 },
        { op: 'clear_dirty_log', ...range(1), bits: [0] },
      ],
    ],
  },
  {
    id: 'free-attach',
    title: 'a domain is freed while it is attached to a group',
    about: 'iommu_domain_free is for domains without groups (iommu-core §8)',
    setup: [alloc],
    tasks: [[{ op: 'domain_free', domain }], [attach]],
  },
  {
    id: 'map-before-sync',
    title: 'an IOVA is mapped to another page between its unmap and the sync',
    about: 'the device may still reach the old page (iommu-core §8, §12 S4)',
    setup: [alloc, attach, map(0, 1), { op: 'dma_read', device: 0, iova: 0 }],
    tasks: [
      [
        { op: 'iommu_unmap_fast', ...range(1) },
        { op: 'iommu_map', ...range(1), pa: backing + page },
        { op: 'iotlb_sync', domain },
      ],
    ],
  },
  {
    id: 'reuse-before-sync',
    title: 'a page is freed between its unmap and the sync',
    about: 'unmap_fast leaves the IOTLB to its caller (iommu-core §2, §8)',
    setup: [alloc, attach, map(0, 1), { op: 'dma_read', device: 0, iova: 0 }],
    tasks: [
      [
        { op: 'iommu_unmap_fast', ...range(1) },
        { op: 'page_free', pa: backing },
        { op: 'iotlb_sync', domain },
      ],
    ],
  },
];

export const contractScenarios: readonly Scenario[] = careless.map(
  ({ id, title, about, setup, tasks }): Scenario => ({
    id: `contract/${id}`,
    title,
    about,
    subsystem: 'mapping',
    callers: 'careless',
    program: program(arm, setup, tasks),
  }),
);
