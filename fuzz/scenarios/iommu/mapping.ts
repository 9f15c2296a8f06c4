// Scenarios of mapping: iommu_map, iommu_unmap, the IOTLB, devices that translate, the DMA API.
// spec/iommu-core.md §7, §8, §10, §12.

import type {
  DriverKind,
  IommuFaultSite,
  IommuOp,
  IommuSpec,
} from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { backing, host, page, program } from './hosts.ts';

const alloc: IommuOp = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' };
const attach: IommuOp = { op: 'attach_group', domain: 0, group: 0 };

/** Operations on domain 0 and device 0; addresses and sizes in pages, `to` is a page of memory. */
const map = (at: number, pages: number, to = at, prot = 7): IommuOp => ({
  op: 'iommu_map',
  domain: 0,
  iova: at * page,
  pa: backing + to * page,
  size: pages * page,
  prot,
});
const unmap = (at: number, pages: number): IommuOp => ({
  op: 'iommu_unmap',
  domain: 0,
  iova: at * page,
  size: pages * page,
});
const unmapFast = (at: number, pages: number): IommuOp => ({
  op: 'iommu_unmap_fast',
  domain: 0,
  iova: at * page,
  size: pages * page,
});
const sync: IommuOp = { op: 'iotlb_sync', domain: 0 };
const look = (at: number): IommuOp => ({ op: 'iova_to_phys', domain: 0, iova: at * page });
const read = (at: number): IommuOp => ({ op: 'dma_read', device: 0, iova: at * page });
const write = (at: number): IommuOp => ({ op: 'dma_write', device: 0, iova: at * page });
const pageOp = (op: 'page_alloc' | 'page_free' | 'page_pin' | 'page_unpin') => (to: number) =>
  ({ op, pa: backing + to * page }) as const;
const free = pageOp('page_free');
const realloc = pageOp('page_alloc');
const pin = pageOp('page_pin');
const unpin = pageOp('page_unpin');

const on = (iommu: IommuSpec) => host({ iommus: [iommu] });

/** What a scenario shows on revisions whose code has a defect. */
const shows: Readonly<Record<string, Scenario['expect']>> = {
  grow: { 'core/6.0': ['CORE-001', 'CORE-009', 'leak'] },
  'large-from-0': { 'core/6.0': ['CORE-001'] },
  'two-tables': { 'core/6.0': ['CORE-001'] },
  'no-access': { 'core/6.0': ['bug'] },
  'superpage-neighbour': { 'core/6.0': ['CORE-009'] },
};

/** On a host with this IOMMU: a domain, attached where a device accesses memory. */
function scenario(
  id: string,
  title: string,
  about: string,
  iommu: DriverKind | IommuSpec,
  setup: readonly IommuOp[],
  tasks: readonly (readonly IommuOp[])[],
  refusals: readonly IommuFaultSite[] = [],
): Scenario {
  const accesses = [...setup, ...tasks.flat()].some(({ op }) => op.startsWith('dma_'));
  const first = accesses ? [alloc, attach] : [alloc];
  const topology = on(typeof iommu === 'string' ? { driver: iommu } : iommu);
  return {
    id: `mapping/${id}`,
    title,
    about,
    subsystem: 'mapping',
    expect: shows[id] ?? {},
    program: program(topology, [...first, ...setup], tasks, refusals),
  };
}

const maps: readonly Scenario[] = [
  scenario(
    'neighbours',
    'maps of neighbouring pages',
    'Both install the table; who comes second takes the first one’s (§8).',
    'arm',
    [],
    [[map(0, 1)], [map(1, 1)]],
  ),
  scenario(
    'disjoint',
    'maps and unmaps of disjoint ranges',
    'They need no lock (§8).',
    'intel',
    [map(4, 1)],
    [[map(0, 1), unmap(0, 1)], [unmap(4, 1)]],
  ),
  scenario(
    'grow',
    'maps beyond the reach of the page table, and within',
    'The root grows once, and nothing is lost (real-bugs 74).',
    'amd',
    [],
    [[map(16, 1)], [map(32, 1)]],
  ),
  scenario(
    'large-from-0',
    'a map at 0 that is as large as the page table reaches',
    'The root grows for the last byte, not for the first (real-bugs 73).',
    'amd',
    [],
    [[map(0, 16)]],
  ),
  scenario(
    'rollback',
    'a map in three pieces without memory for a table',
    'After -ENOMEM nothing of it is mapped (§12 S1).',
    'intel',
    [map(2, 1)],
    [[map(3, 6)], [look(3)]],
    ['page_table'],
  ),
  scenario(
    'rollback-driver',
    'a map in three pieces that the driver refuses',
    'What was mapped before goes, what the neighbour has stays (§12 S1).',
    'arm',
    [map(2, 1)],
    [[map(3, 6)]],
    ['map_pages'],
  ),
  scenario(
    'sync-map',
    'a map that cannot be made known to the hardware',
    'It is undone, and the error is told (§2).',
    { driver: 'intel', cachingMode: true },
    [],
    [[map(0, 4)]],
    ['iotlb_sync_map'],
  ),
  scenario(
    'scatterlist',
    'iommu_map_sg of four segments, two of which follow each other',
    'All are mapped or none (§12 S3).',
    'arm',
    [],
    [
      [
        {
          op: 'iommu_map_sg',
          domain: 0,
          iova: 0,
          segments: [0, 1, 5, 9].map((to) => ({ pa: backing + to * page, size: page })),
        },
      ],
    ],
    ['map_pages'],
  ),
  scenario(
    'two-tables',
    'a map of pages that needs two tables',
    'The run goes on in the second one (real-bugs 79).',
    'arm',
    [],
    [[map(2, 4, 1)]],
  ),
  scenario(
    'misaligned',
    'a map of a physical address that is not aligned',
    '-EINVAL (§7.15).',
    'intel',
    [],
    [[{ op: 'iommu_map', domain: 0, iova: 0, pa: backing + page / 2, size: page }]],
  ),
  scenario(
    'no-access',
    'a map without read and write permission',
    'An error, and no loop without end (real-bugs 12).',
    'arm',
    [],
    [[map(0, 1, 0, 4)]],
  ),
  scenario(
    'look-up',
    'look-ups while a range is mapped and unmapped',
    'They may come at any time (§8).',
    'intel',
    [],
    [
      [map(0, 4), unmap(0, 4)],
      [look(1), look(5)],
    ],
  ),
  scenario(
    'superpage-neighbour',
    'a large page next to small ones',
    'The neighbours stay mapped (real-bugs 72).',
    'intel',
    [map(4, 1)],
    [[map(0, 4)]],
  ),
  scenario(
    'replaced-table',
    'a large page over the empty table of small ones, which a device has used',
    'The table is flushed before it is freed (real-bugs 71).',
    'intel',
    [map(0, 1), read(0), unmap(0, 1)],
    [[map(0, 4)], [read(1)]],
  ),
  scenario(
    'replaced-table-amd',
    'a large page over the empty table of small ones, stored before the flush',
    'The table is freed after the flush (§10).',
    'amd',
    [map(0, 1), read(0), unmap(0, 1)],
    [[map(0, 4)], [read(1)]],
  ),
];

const holes = (driver: DriverKind) =>
  scenario(
    `hole-${driver}`,
    'an unmap with a hole in the middle',
    'What counts as unmapped is the driver’s; what it says is gone (§12 S2).',
    driver,
    [map(0, 1), map(2, 1)],
    [[unmap(0, 3)], [look(2)]],
  );

const unmaps: readonly Scenario[] = [
  holes('intel'),
  holes('amd'),
  holes('arm'),
  scenario(
    'inside-leaf',
    'an unmap inside a large page',
    'All of it goes, or none (§10).',
    'intel',
    [map(0, 4), map(4, 1)],
    [[unmap(1, 1)]],
  ),
  scenario(
    'inside-leaf-arm',
    'an unmap inside a large page of io-pgtable-arm',
    'Nothing goes (§10).',
    'arm',
    [map(0, 4)],
    [[unmap(1, 1)]],
  ),
  scenario(
    'inside-leaf-twice',
    'two unmaps inside one large page of io-pgtable-arm',
    'Up to 6.12 the block is split, by whoever comes first (§10).',
    'arm',
    [map(0, 4)],
    [[unmap(1, 1)], [unmap(2, 1)]],
    ['page_table'],
  ),
  scenario(
    'misaligned-unmap',
    'an unmap of a page and a half',
    '0 bytes (§7.15).',
    'intel',
    [map(0, 2)],
    [[{ op: 'iommu_unmap', domain: 0, iova: 0, size: 1.5 * page }]],
  ),
  scenario(
    'two-sizes',
    'an unmap of small pages and a large one',
    'The whole range goes, in steps of each size (§2).',
    'intel',
    [map(3, 5)],
    [[unmap(3, 5)], [look(7)]],
  ),
  scenario(
    'gather',
    'two unmaps that are far apart, and one sync',
    'What the gather cannot hold is synced at once (§7.10).',
    'intel',
    [map(0, 1), map(8, 1), read(0), read(8)],
    [[unmapFast(0, 1), unmapFast(8, 1), sync]],
  ),
  scenario(
    'subtree',
    'an unmap of all that a table translates, while a device reads',
    'The table is freed after the sync (§7.10).',
    'intel',
    [map(0, 4, 1), read(0)],
    [[unmapFast(0, 4), sync], [read(1)]],
  ),
];

const devices: readonly Scenario[] = [
  scenario(
    'dma-unmap',
    'a page is unmapped and freed while a device writes to it',
    'After the sync no transaction reaches it (§7.3).',
    'intel',
    [map(0, 1)],
    [[unmap(0, 1), free(0)], [write(0)]],
  ),
  scenario(
    'dma-unmap-cached',
    'a page that the IOTLB holds is unmapped and freed',
    'The sync drops it (§7.3).',
    'arm',
    [map(0, 1), read(0)],
    [[unmap(0, 1), free(0), realloc(0)], [write(0)]],
  ),
  scenario(
    'dma-unmap-fast',
    'a page is unmapped without a sync, synced, and freed',
    'Until the sync the device may use it, afterwards it may not (§12 S4).',
    'intel',
    [map(0, 1), read(0)],
    [[unmapFast(0, 1), sync, free(0)], [write(0)]],
  ),
  scenario(
    'dma-map',
    'a device accesses a page while it is mapped',
    'It faults or reaches the page.',
    'amd',
    [],
    [[map(0, 1)], [write(0), read(0)]],
  ),
  scenario(
    'two-devices',
    'two transactions while the page is unmapped',
    'The sync waits for both (§7.3).',
    'intel',
    [map(0, 1)],
    [[unmap(0, 1), free(0)], [read(0)], [write(0)]],
  ),
  scenario(
    'pins',
    'pinned memory is freed by its owner while a device writes to it',
    'The pin keeps the page until it is unmapped (§7.4).',
    'intel',
    [pin(0), map(0, 1)],
    [[unmap(0, 1), unpin(0)], [free(0)], [write(0)]],
  ),
];

/** DMA API: one page, at the top of what the page table reaches. */
const dmaMap = (to: number): IommuOp => ({
  op: 'dma_map',
  device: 0,
  pa: backing + to * page,
  size: page,
});
const top = 63;
const dmaUnmap = (at: number): IommuOp => ({
  op: 'dma_unmap',
  device: 0,
  iova: at * page,
  size: page,
});
const queue: IommuOp = { op: 'set_group_type', group: 0, type: 'dmaFq' };
const timeout: IommuOp = { op: 'fq_timeout', group: 0 };

function dmaApi(
  id: string,
  title: string,
  about: string,
  setup: readonly IommuOp[],
  tasks: readonly (readonly IommuOp[])[],
  refusals: readonly IommuFaultSite[] = [],
): Scenario {
  return {
    id: `mapping/${id}`,
    title,
    about,
    subsystem: 'mapping',
    expect: {},
    program: program(on({ driver: 'intel' }), setup, tasks, refusals),
  };
}

const dma: readonly Scenario[] = [
  dmaApi(
    'dma-api',
    'two drivers’ calls map pages at once',
    'Each gets an address of its own; what fails keeps none (§4).',
    [],
    [[dmaMap(0)], [dmaMap(1)]],
    ['map_pages', 'iova'],
  ),
  dmaApi(
    'dma-api-strict',
    'an IOVA is unmapped while the device uses it, and handed out again',
    'Not before the sync (§7.13).',
    [dmaMap(0), read(top)],
    [[dmaUnmap(top), free(0)], [dmaMap(1)]],
  ),
  dmaApi(
    'dma-api-queue',
    'an IOVA waits in the flush queue',
    'It is not handed out before the flush (§7.13, §12 S8).',
    [queue, dmaMap(0), read(top)],
    [[dmaUnmap(top), dmaMap(1)], [timeout]],
  ),
  dmaApi(
    'dma-api-window',
    'a page is freed before the flush queue is flushed',
    'Until the flush the device may still reach it, by design (real-bugs 107).',
    [queue, dmaMap(0), read(top)],
    [[dmaUnmap(top), free(0), timeout, read(top)], [write(top)]],
  ),
];

export const mappingScenarios: readonly Scenario[] = [...maps, ...unmaps, ...devices, ...dma];
