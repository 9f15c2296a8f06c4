// Operations that look at a translation while others may be at work on it.

import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';

/** An address that is looked up, read or written. */
export interface Probe {
  readonly iova: number;
  readonly kind: 'look up' | 'read' | 'write';
}

export function lookUpOf(op: IommuOp): Probe | null {
  if (op.op === 'iova_to_phys') return { iova: op.iova, kind: 'look up' };
  if (op.op === 'dma_read') return { iova: op.iova, kind: 'read' };
  return op.op === 'dma_write' ? { iova: op.iova, kind: 'write' } : null;
}
