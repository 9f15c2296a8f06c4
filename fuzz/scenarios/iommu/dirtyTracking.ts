// Scenarios of iommufd's dirty tracking: spec/split-merge-dirty.md §7, §8.

import type {
  IommuFaultSite,
  IommuOp,
  IommuTopology,
} from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { device, host, memory, page, program } from './hosts.ts';

/** Two groups behind an Intel IOMMU that can track. */
const intel = host({
  iommus: [{ driver: 'intel', dirtyTracking: true }],
  groups: [{}, {}],
  devices: [device(), device({ group: 1 })],
});

/** Page numbers are of IOVA; the first page of memory is behind page 16. */
const first = 16;

const map = (at: number, pages: number): IommuOp => ({
  op: 'ioas_map',
  ioas: 0,
  iova: (first + at) * page,
  va: memory + at * page,
  size: pages * page,
});
const unmap = (at: number, pages: number): IommuOp => ({
  op: 'ioas_unmap',
  ioas: 0,
  iova: (first + at) * page,
  size: pages * page,
});
const track = (enable: boolean): IommuOp => ({ op: 'hwpt_set_dirty', hwpt: 0, enable });
const get = (at: number, pages: number, flags?: number): IommuOp => ({
  op: 'hwpt_get_dirty',
  hwpt: 0,
  iova: (first + at) * page,
  size: pages * page,
  ...(flags === undefined ? {} : { flags }),
});
const write = (at: number, dev = 0): IommuOp => ({
  op: 'dma_write',
  device: dev,
  iova: (first + at) * page,
});
const bind = (dev: number): IommuOp => ({ op: 'iommufd_bind', device: dev });
const attach = (dev: number): IommuOp => ({ op: 'iommufd_attach', device: dev, hwpt: 0 });

/** A hardware page table that can track, with device 0. */
const hwpt: readonly IommuOp[] = [
  { op: 'ioas_alloc', ioas: 0 },
  bind(0),
  { op: 'hwpt_alloc', hwpt: 0, device: 0, ioas: 0, flags: 2 },
  attach(0),
];

/** Where iommufd of Linux 6.12 loses a write, by the scenario's last word. */
const lost: ReadonlySet<string> = new Set([
  'enable-twice',
  'get-hole',
  'get-bitmap-refused',
  'get-inside-block',
]);

function scenario(
  id: string,
  title: string,
  about: string,
  setup: readonly IommuOp[],
  tasks: readonly (readonly IommuOp[])[],
  refusals: readonly IommuFaultSite[] = [],
  topology: IommuTopology = intel,
): Scenario {
  return {
    id: `dirty/${id}`,
    title,
    about,
    subsystem: 'dirty',
    // iommufd is younger than the series.
    notOn: ['dirty/v3'],
    ...(lost.has(id) ? { expect: { 'dirty/6.12': ['DRT-007'] } } : {}),
    program: program(topology, [...hwpt, ...setup], tasks, refusals),
  };
}

export const trackingScenarios: readonly Scenario[] = [
  scenario(
    'enable-write',
    'tracking is enabled while a device writes',
    'A write that begins once tracking is on is reported (§8).',
    [map(0, 1)],
    [[track(true), write(0), get(0, 1)], [write(0)]],
  ),
  scenario(
    'enable-twice',
    'tracking is enabled a second time',
    'What was written and not yet reported stays dirty (§7).',
    [map(0, 1), track(true)],
    [[write(0), track(true), get(0, 1)]],
  ),
  scenario(
    'get-write',
    'the bitmap is read and cleared while a device writes',
    'A dirty bit is tested and cleared at once, and the IOTLB is told (§7, §4.7).',
    [map(0, 1), track(true)],
    [[get(0, 1), get(0, 1)], [write(0)]],
  ),
  scenario(
    'get-twice',
    'a page is written, reported, and written again',
    'It is reported again: the IOTLB has forgotten that it was dirty (§7).',
    [map(0, 1), track(true)],
    [[write(0), get(0, 1), write(0), get(0, 1)]],
  ),
  scenario(
    'get-no-clear',
    'the bitmap is read without clearing',
    'The next one reports the same (§7).',
    [map(0, 1), track(true)],
    [[write(0), get(0, 1, 1), get(0, 1)]],
  ),
  scenario(
    'get-hole',
    'the bitmap of a range with a hole',
    'An error says that what is behind was not looked at (§7 (a)).',
    [map(0, 1), map(2, 1), track(true)],
    [[write(2), get(0, 3), get(2, 1)]],
  ),
  scenario(
    'get-bitmap-refused',
    'a bitmap that cannot be pinned',
    'No bit is lost: it is cleared only where it can be stored (§7 (b)).',
    [map(0, 1), track(true)],
    [[write(0), get(0, 1), get(0, 1)]],
    ['bitmap'],
  ),
  scenario(
    'get-inside-block',
    'the bitmap from the middle of a block on',
    'The pages behind the block are looked at, each (§7 (d)).',
    [map(0, 5), track(true)],
    [[write(4), get(2, 3)]],
  ),
  scenario(
    'get-unmap',
    'the bitmap is read while its range is unmapped',
    'Under iova_rwsem: never a freed table (§7 (e)).',
    [map(0, 1), track(true)],
    [[get(0, 1)], [unmap(0, 1)]],
  ),
  scenario(
    'get-attach',
    'another group is attached to a domain that is tracked',
    'Its device’s writes are noted as well (§8).',
    [map(0, 1), bind(1), track(true)],
    [
      [get(0, 1), get(0, 1)],
      [attach(1), write(0, 1)],
    ],
  ),
  scenario(
    'enable-attach',
    'another group is attached while tracking is enabled',
    'Whichever comes first, its device’s writes are noted (§8).',
    [map(0, 1), bind(1)],
    [
      [track(true), get(0, 1)],
      [attach(1), write(0, 1)],
    ],
  ),
  scenario(
    'disable-get',
    'tracking is disabled while the bitmap is read',
    '-EINVAL once it is off (§7).',
    [map(0, 1), track(true)],
    [[track(false)], [get(0, 1)]],
  ),
];
