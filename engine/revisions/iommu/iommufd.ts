// Revisions of iommufd.

import type { IommuRevision } from '../../iommu/kernel.ts';

export const iommufdRevisions: readonly IommuRevision[] = [];
