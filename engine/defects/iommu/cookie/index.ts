// The deltas of domain cookies.

import type { IommuDelta } from '../../../iommu/kernel.ts';

export const cookieDeltas: readonly IommuDelta[] = [];
