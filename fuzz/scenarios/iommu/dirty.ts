// Scenarios of split, merge and the dirty log: spec/split-merge-dirty.md §4, §5, §8.

import type { IommuFaultSite, IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { trackingScenarios } from './dirtyTracking.ts';
import { host, page, program } from './hosts.ts';
import * as vfio from './type1Parts.ts';

/** An SMMUv3 with HTTU: the only driver of the series. */
export const arm = host({ iommus: [{ driver: 'arm', dirtyTracking: true }] });

const alloc: IommuOp = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' };
const attach: IommuOp = { op: 'attach_group', domain: 0, group: 0 };

/** The operations, addresses and sizes in pages, on domain 0 and device 0. */
const map = (at: number, pages: number, prot = 3): IommuOp => ({
  op: 'iommu_map',
  domain: 0,
  iova: at * page,
  pa: at * page,
  size: pages * page,
  prot,
});
const pagewise = (at: number, pages: number, prot = 3): IommuOp[] =>
  Array.from({ length: pages }, (_, i) => map(at + i, 1, prot));
const split = (at: number, pages: number): IommuOp => ({
  op: 'split_block',
  domain: 0,
  iova: at * page,
  size: pages * page,
});
const merge = (at: number, pages: number): IommuOp => ({
  op: 'merge_page',
  domain: 0,
  iova: at * page,
  size: pages * page,
  prot: 3,
});
const turn = (enable: boolean, at: number, pages: number): IommuOp => ({
  op: 'switch_dirty_log',
  domain: 0,
  enable,
  iova: at * page,
  size: pages * page,
  prot: 3,
});
const sync = (at: number, pages: number, base = at): IommuOp => ({
  op: 'sync_dirty_log',
  domain: 0,
  iova: at * page,
  size: pages * page,
  base: base * page,
});
/** Of what this task's last sync has reported, unless told. */
const clear = (at: number, pages: number, base = at, bits?: readonly number[]): IommuOp => ({
  op: 'clear_dirty_log',
  domain: 0,
  iova: at * page,
  size: pages * page,
  base: base * page,
  ...(bits === undefined ? {} : { bits }),
});
const write = (at: number): IommuOp => ({ op: 'dma_write', device: 0, iova: at * page });
const read = (at: number): IommuOp => ({ op: 'dma_read', device: 0, iova: at * page });
const look = (at: number): IommuOp => ({ op: 'iova_to_phys', domain: 0, iova: at * page });

/** A block of which everything is clean, in pages or as a block; its log is on. */
const cleanPages = [map(0, 4), turn(true, 0, 4), sync(0, 4), clear(0, 4)];
const cleanBlock = [...cleanPages, merge(0, 4)];

/** On the SMMU, a domain with these mappings; `attached` for devices that access it. */
function scenario(
  id: string,
  title: string,
  about: string,
  setup: readonly IommuOp[],
  tasks: readonly (readonly IommuOp[])[],
  refusals: readonly IommuFaultSite[] = [],
): Scenario {
  const accesses = [...setup, ...tasks.flat()].some(({ op }) => op.startsWith('dma_'));
  const first = accesses ? [alloc, attach] : [alloc];
  return {
    id: `dirty/${id}`,
    title,
    about,
    subsystem: 'dirty',
    program: program(arm, [...first, ...setup], tasks, refusals),
  };
}

const splitting: readonly Scenario[] = [
  scenario(
    'split-look-up',
    'split while an address is looked up',
    'Translation is the same at every step of a split (§4.1).',
    [map(0, 4)],
    [[split(0, 4)], [look(1)]],
  ),
  scenario(
    'split-write',
    'split while a device writes',
    'The device is never blocked (§4.1), and what is left are pages (§4.2).',
    [map(0, 4)],
    [[split(0, 4)], [write(1)]],
  ),
  scenario(
    'split-read-only',
    'split of a block that may be written and one that may not',
    'The second one is left alone (§8).',
    [map(0, 4), map(4, 4, 1)],
    [[split(0, 8)]],
  ),
  scenario(
    'split-inside-block',
    'split of a part of a block',
    '-EFAULT, the block stays, and nobody warns (§5 D6, §8).',
    [map(0, 16)],
    [[split(0, 4)]],
  ),
  scenario(
    'split-hole',
    'split of a block and a hole',
    '-EFAULT; the block is split, and flushed (§4.3, §8).',
    [map(0, 4)],
    [[split(0, 8)]],
  ),
  scenario(
    'split-clean-block',
    'split of a block that was mapped after the start, and is clean',
    'What may be written is split, clean or not (§4.2).',
    [map(4, 1), turn(true, 4, 1), map(0, 4), sync(0, 4), clear(0, 4)],
    [[split(0, 4)]],
  ),
  scenario(
    'split-refused',
    'split of two blocks without memory for a table',
    'What is split stays so, and is flushed (§4.3).',
    [map(0, 8)],
    [[split(0, 8)]],
    ['page_table'],
  ),
  scenario(
    'split-misaligned',
    'split of half a page',
    '-EINVAL, and nothing happens (§4.6).',
    [map(0, 4)],
    [[{ op: 'split_block', domain: 0, iova: 0, size: page / 2 }]],
  ),
  scenario(
    'split-clean-write',
    'split of a clean block while a device writes to it',
    'Hardware notes the write in the block or in a page: it is not lost (§4.7).',
    cleanBlock,
    [[split(0, 4), sync(0, 4)], [write(1)]],
  ),
];

const merging: readonly Scenario[] = [
  scenario(
    'merge-read',
    'merge while a device reads',
    'The table that goes is not freed under the walker (§5 D7, §4.10).',
    pagewise(0, 4),
    [[merge(0, 4)], [read(1)]],
  ),
  scenario(
    'merge-walk-cache',
    'merge after a device has read',
    'No walk cache leads to the freed table (§4.10).',
    [...pagewise(0, 4), read(1)],
    [[merge(0, 4), read(2)]],
  ),
  scenario(
    'merge-rights',
    'merge of pages that may be read and written, and pages that may only be written',
    'Nothing becomes readable (§5 D5, §4.4).',
    [...pagewise(0, 2), ...pagewise(2, 2, 2)],
    [[merge(0, 4)]],
  ),
  scenario(
    'merge-hole',
    'merge of a range whose first page is not mapped',
    'Physical address 0 is no page (§5 D4, §4.4).',
    pagewise(1, 3),
    [[merge(0, 4)]],
  ),
  scenario(
    'merge-part-of-page',
    'merge of half a page',
    '-EINVAL: the size does not wrap (§5 D3, §4.6).',
    pagewise(0, 4),
    [[{ op: 'merge_page', domain: 0, iova: 0, size: page / 2, prot: 3 }]],
  ),
  scenario(
    'merge-partly-clean',
    'merge of pages of which one is clean',
    'They stay apart (§4.4).',
    [map(0, 4), turn(true, 0, 4), sync(0, 4), clear(0, 4, 0, [1])],
    [[merge(0, 4)]],
  ),
  scenario(
    'merge-clean-write',
    'merge of clean pages while a device writes',
    'Hardware notes the write in a page or in the block: it is not lost (§4.7).',
    cleanPages,
    [[merge(0, 4), sync(0, 4)], [write(1)]],
  ),
];

const logging: readonly Scenario[] = [
  scenario(
    'start-clean-block',
    'start, clear, stop, and start again with a block in the IOTLB',
    'A start flushes, and splits clean blocks too (§5 D8, §4.2, R5).',
    [map(0, 4), turn(true, 0, 4), sync(0, 4), clear(0, 4), turn(false, 0, 4), read(0)],
    [[turn(true, 0, 4), write(0), sync(0, 4)]],
  ),
  scenario(
    'two-ranges',
    'the logs of two ranges of one domain',
    'Each is started and stopped by itself (§5 D2, §4.9).',
    [map(0, 4), map(4, 4)],
    [[turn(true, 0, 4), turn(true, 4, 4), turn(false, 0, 4), sync(4, 4), turn(false, 4, 4)]],
  ),
  scenario(
    'switch-alternates',
    'start twice, stop twice',
    '-EBUSY and -EINVAL (§4.9).',
    [map(0, 4)],
    [[turn(true, 0, 4), turn(true, 0, 4), turn(false, 0, 4), turn(false, 0, 4)]],
  ),
  scenario(
    'start-start',
    'two starts of a range at once',
    'One succeeds, the other is -EBUSY (§4.9).',
    [map(0, 4)],
    [[turn(true, 0, 4)], [turn(true, 0, 4)]],
  ),
  scenario(
    'clear-base',
    'clear of the second half of a bitmap',
    'Bits are counted from the base (§5 D1, §4.8).',
    [map(0, 8), turn(true, 0, 8)],
    [[sync(4, 4, 0), clear(4, 4, 0), sync(0, 8)]],
  ),
  scenario(
    'clear-part-of-block',
    'clear of one page of a block that was mapped after the start',
    'The block stays dirty (§4.8, §8).',
    [map(4, 1), turn(true, 4, 1), map(0, 4)],
    [[sync(0, 4), clear(0, 4, 0, [3]), sync(0, 4)]],
  ),
  scenario(
    'sync-hole',
    'sync over a hole',
    'What was written behind it is reported (§5 D10, §4.7).',
    [map(4, 4), turn(true, 4, 4)],
    [[write(4), sync(0, 8)]],
  ),
  scenario(
    'write-clear',
    'a device writes while the log is read and cleared',
    'No write is lost, whatever the IOTLB holds (§4.7).',
    [...cleanPages, write(0)],
    [[sync(0, 4), clear(0, 4), sync(0, 4)], [write(0)]],
  ),
  scenario(
    'sync-clear',
    'sync while another clears',
    'Under one lock: sync sees all bits or none (§8).',
    [map(0, 4), turn(true, 0, 4)],
    [[sync(0, 4)], [sync(0, 4), clear(0, 4)]],
  ),
  scenario(
    'stop-sync',
    'stop while another syncs',
    'sync is -EINVAL once the log is off (§8).',
    [map(0, 4), turn(true, 0, 4)],
    [[turn(false, 0, 4)], [sync(0, 4)]],
  ),
];

const inVfio: readonly Scenario[] = [
  {
    id: 'dirty/vfio-start-unmap',
    title: 'VFIO starts its dirty log while user space unmaps',
    about: 'Whatever a start does with page tables is serialised with UNMAP (§3 R1).',
    subsystem: 'dirty',
    program: program(
      vfio.one({ iommus: arm.iommus }),
      [...vfio.ready(), vfio.map(0)],
      [[vfio.dirty(1)], [vfio.unmap(0)]],
    ),
  },
];

export const dirtyScenarios: readonly Scenario[] = [
  ...splitting,
  ...merging,
  ...logging,
  ...inVfio,
  ...trackingScenarios,
];
