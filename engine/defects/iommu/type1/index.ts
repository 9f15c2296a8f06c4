// The deltas of VFIO type1 and its containers.

import type { IommuDelta } from '../../../iommu/kernel.ts';

export const type1Deltas: readonly IommuDelta[] = [];
