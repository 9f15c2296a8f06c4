// The small vocabulary in which the scenarios of mapping are written.

import type {
  DriverKind,
  IommuFaultSite,
  IommuOp,
  IommuSpec,
} from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { backing, host, page, program } from './hosts.ts';

export const alloc: IommuOp = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' };
export const attach: IommuOp = { op: 'attach_group', domain: 0, group: 0 };

/** Operations on domain 0 and device 0; addresses and sizes in pages, `to` is a page of memory. */
export const map = (at: number, pages: number, to = at, prot = 7): IommuOp => ({
  op: 'iommu_map',
  domain: 0,
  iova: at * page,
  pa: backing + to * page,
  size: pages * page,
  prot,
});
export const unmap = (at: number, pages: number): IommuOp => ({
  op: 'iommu_unmap',
  domain: 0,
  iova: at * page,
  size: pages * page,
});
export const unmapFast = (at: number, pages: number): IommuOp => ({
  op: 'iommu_unmap_fast',
  domain: 0,
  iova: at * page,
  size: pages * page,
});
export const sync: IommuOp = { op: 'iotlb_sync', domain: 0 };
export const look = (at: number): IommuOp => ({ op: 'iova_to_phys', domain: 0, iova: at * page });
export const read = (at: number): IommuOp => ({ op: 'dma_read', device: 0, iova: at * page });
export const write = (at: number): IommuOp => ({ op: 'dma_write', device: 0, iova: at * page });
const pageOp = (op: 'page_alloc' | 'page_free' | 'page_pin' | 'page_unpin') => (to: number) =>
  ({ op, pa: backing + to * page }) as const;
export const free = pageOp('page_free');
export const realloc = pageOp('page_alloc');
export const pin = pageOp('page_pin');
export const unpin = pageOp('page_unpin');

export const on = (iommu: IommuSpec) => host({ iommus: [iommu] });

/** What a scenario shows on revisions whose code has a defect. */
const shows: Readonly<Record<string, Scenario['expect']>> = {
  grow: { 'core/6.0': ['CORE-001', 'CORE-009', 'leak'] },
  'large-from-0': { 'core/6.0': ['CORE-001'] },
  'two-tables': { 'core/6.0': ['CORE-001'] },
  'no-access': { 'core/6.0': ['bug'] },
  'superpage-neighbour': { 'core/6.0': ['CORE-009'] },
};

/** On a host with this IOMMU: a domain, attached where a device accesses memory. */
export function scenario(
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
