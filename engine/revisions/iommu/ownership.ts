// Revisions of DMA ownership and cache coherency.

import type { IommuRevision } from '../../iommu/kernel.ts';

export const ownershipRevisions: readonly IommuRevision[] = [];
