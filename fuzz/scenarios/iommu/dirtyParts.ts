// What the scenarios of split, merge and the dirty log are written in: the host, and the operations with
// addresses and sizes in pages.

import type { IommuFaultSite, IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { host, page, program } from './hosts.ts';

/** An SMMUv3 with HTTU: the only driver of the series. */
export const arm = host({ iommus: [{ driver: 'arm', dirtyTracking: true }] });

export const alloc: IommuOp = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' };
export const attach: IommuOp = { op: 'attach_group', domain: 0, group: 0 };

/** The operations, addresses and sizes in pages, on domain 0 and device 0. */
export const map = (at: number, pages: number, prot = 3): IommuOp => ({
  op: 'iommu_map',
  domain: 0,
  iova: at * page,
  pa: at * page,
  size: pages * page,
  prot,
});
export const pagewise = (at: number, pages: number, prot = 3): IommuOp[] =>
  Array.from({ length: pages }, (_, i) => map(at + i, 1, prot));
export const split = (at: number, pages: number): IommuOp => ({
  op: 'split_block',
  domain: 0,
  iova: at * page,
  size: pages * page,
});
export const merge = (at: number, pages: number): IommuOp => ({
  op: 'merge_page',
  domain: 0,
  iova: at * page,
  size: pages * page,
  prot: 3,
});
export const turn = (enable: boolean, at: number, pages: number): IommuOp => ({
  op: 'switch_dirty_log',
  domain: 0,
  enable,
  iova: at * page,
  size: pages * page,
  prot: 3,
});
export const sync = (at: number, pages: number, base = at): IommuOp => ({
  op: 'sync_dirty_log',
  domain: 0,
  iova: at * page,
  size: pages * page,
  base: base * page,
});
/** Of what this task's last sync has reported, unless told. */
export const clear = (at: number, pages: number, base = at, bits?: readonly number[]): IommuOp => ({
  op: 'clear_dirty_log',
  domain: 0,
  iova: at * page,
  size: pages * page,
  base: base * page,
  ...(bits === undefined ? {} : { bits }),
});
export const write = (at: number): IommuOp => ({ op: 'dma_write', device: 0, iova: at * page });
export const read = (at: number): IommuOp => ({ op: 'dma_read', device: 0, iova: at * page });
export const look = (at: number): IommuOp => ({ op: 'iova_to_phys', domain: 0, iova: at * page });

/** A block of which everything is clean, in pages or as a block; its log is on. */
export const cleanPages = [map(0, 4), turn(true, 0, 4), sync(0, 4), clear(0, 4)];
export const cleanBlock = [...cleanPages, merge(0, 4)];

/** What the series as posted does wrong in a scenario, by the scenario's last word. */
const inV3: Readonly<Record<string, readonly string[]>> = {
  'split-inside-block': ['bug'],
  'split-hole': ['bug'],
  // Where there was no memory for the mapping itself, there is a hole.
  'split-refused': ['bug'],
  'split-clean-block': ['DRT-002'],
  'merge-read': ['use-after-free'],
  'merge-rights': ['DRT-004'],
  'merge-hole': ['DRT-004'],
  'merge-part-of-page': ['DRT-006'],
  'merge-partly-clean': ['DRT-004'],
  'merge-clean-write': ['DRT-004', 'use-after-free'],
  'two-ranges': ['DRT-009'],
  'clear-base': ['DRT-008'],
  'sync-hole': ['DRT-007'],
};

/** On the SMMU, with a domain; where devices access memory, they are attached. */
export function scenario(
  id: string,
  title: string,
  about: string,
  setup: readonly IommuOp[],
  tasks: readonly (readonly IommuOp[])[],
  refusals: readonly IommuFaultSite[] = [],
): Scenario {
  const accesses = [...setup, ...tasks.flat()].some(({ op }) => op.startsWith('dma_'));
  const first = accesses ? [alloc, attach] : [alloc];
  const wrong = inV3[id];
  return {
    id: `dirty/${id}`,
    title,
    about,
    subsystem: 'dirty',
    // The series was never merged.
    notOn: ['dirty/6.12'],
    ...(wrong === undefined ? {} : { expect: { 'dirty/v3': wrong } }),
    program: program(arm, [...first, ...setup], tasks, refusals),
  };
}
