// struct iommu_iotlb_gather: what an unmap has removed and the next sync must flush. A local of its
// caller: nobody else sees it.

import type { U64 } from '../../vfio/vocabulary.ts';
import type { PageTable } from './pageTable.ts';

export interface Gather {
  /** Nothing is gathered while start > end. */
  start: U64;
  end: U64;
  /** Granule of the range; 0: none yet. */
  pgsize: number;
  /** Page tables to free once the flush is done. */
  readonly freelist: PageTable[];
  /** Flush queue: no range is kept, everything is flushed later. */
  readonly queued: boolean;
}

/** iommu_iotlb_gather_init. */
export function newGather(queued = false): Gather {
  return { start: Number.POSITIVE_INFINITY, end: 0, pgsize: 0, freelist: [], queued };
}

/** Whether anything waits for a flush. */
export const isEmpty = (gather: Gather): boolean =>
  gather.start > gather.end && gather.freelist.length === 0;

/** iommu_iotlb_gather_is_disjoint: the new range does not touch what is gathered. */
export const isDisjoint = (gather: Gather, iova: U64, size: number): boolean =>
  gather.end !== 0 && (iova + size - 1 + 1 < gather.start || iova > gather.end + 1);

/** iommu_iotlb_gather_add_range. */
export function addRange(gather: Gather, iova: U64, size: number): void {
  gather.start = Math.min(gather.start, iova);
  gather.end = Math.max(gather.end, iova + size - 1);
}
