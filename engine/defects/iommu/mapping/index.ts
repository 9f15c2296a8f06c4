// The deltas of mapping: iommu_map, iommu_unmap and the IOTLB.

import type { IommuDelta } from '../../../iommu/kernel.ts';

export const mappingDeltas: readonly IommuDelta[] = [];
