// The deltas of iommufd.

import type { IommuDelta } from '../../../iommu/kernel.ts';

export const iommufdDeltas: readonly IommuDelta[] = [];
