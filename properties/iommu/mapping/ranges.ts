// Which addresses calls map and unmap.

import type { OpOf } from '../../../engine/iommu/index.ts';
import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';

export type MapOp = OpOf<'iommu_map' | 'iommu_map_sg'>;
export type UnmapOp = OpOf<'iommu_unmap' | 'iommu_unmap_fast'>;

export const segmentsOf = (op: MapOp): readonly { readonly pa: number; readonly size: number }[] =>
  op.op === 'iommu_map' ? [{ pa: op.pa, size: op.size }] : op.segments;

export const bytesOf = (op: MapOp): number => segmentsOf(op).reduce((sum, s) => sum + s.size, 0);

export interface SlotRange {
  readonly slot: number;
  readonly start: number;
  readonly end: number;
}

/** The addresses that a call maps or unmaps; null: it does neither. */
export function rangeOf(op: IommuOp): SlotRange | null {
  if (op.op === 'iommu_map' || op.op === 'iommu_map_sg')
    return { slot: op.domain, start: op.iova, end: op.iova + bytesOf(op) };
  if (op.op === 'iommu_unmap' || op.op === 'iommu_unmap_fast')
    return { slot: op.domain, start: op.iova, end: op.iova + op.size };
  return null;
}
