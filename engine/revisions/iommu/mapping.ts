// Revisions of mapping: iommu_map, iommu_unmap and the IOTLB.

import type { IommuRevision } from '../../iommu/kernel.ts';

export const mappingRevisions: readonly IommuRevision[] = [];
