// The deltas of split, merge and the dirty log.

import type { IommuDelta } from '../../../iommu/kernel.ts';

export const dirtyDeltas: readonly IommuDelta[] = [];
