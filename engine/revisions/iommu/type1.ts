// Revisions of VFIO type1 and its containers.

import type { IommuRevision } from '../../iommu/kernel.ts';

export const type1Revisions: readonly IommuRevision[] = [];
