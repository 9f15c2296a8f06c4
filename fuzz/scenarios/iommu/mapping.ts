// Scenarios of mapping: iommu_map, iommu_unmap, what is gathered. spec/iommu-core.md §2, §8, §10, §12.

import type { DriverKind } from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { backing, page } from './hosts.ts';
import { deviceScenarios } from './mappingDevices.ts';
import { look, map, read, scenario, sync, unmap, unmapFast } from './mappingOps.ts';

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
    'look-up-twice',
    'two look-ups, one after the other, while a page is unmapped',
    'One entry is one store (§8): what is gone once is gone for good.',
    'intel',
    [map(1, 1)],
    [[unmap(1, 1)], [look(1), look(1)]],
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

export const mappingScenarios: readonly Scenario[] = [...maps, ...unmaps, ...deviceScenarios];
