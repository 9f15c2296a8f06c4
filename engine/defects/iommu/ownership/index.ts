// The deltas of DMA ownership and cache coherency.

import type { IommuDelta } from '../../../iommu/kernel.ts';

export const ownershipDeltas: readonly IommuDelta[] = [];
