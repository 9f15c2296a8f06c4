// The deltas of virtio-iommu.

import type { IommuDelta } from '../../../iommu/kernel.ts';

export const virtioDeltas: readonly IommuDelta[] = [];
