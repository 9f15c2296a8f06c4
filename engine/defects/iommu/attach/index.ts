// The deltas of attaching: domains, groups and devices.

import type { IommuDelta } from '../../../iommu/kernel.ts';

export const attachDeltas: readonly IommuDelta[] = [];
