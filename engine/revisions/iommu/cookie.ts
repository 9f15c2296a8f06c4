// Revisions of domain cookies.

import type { IommuRevision } from '../../iommu/kernel.ts';

export const cookieRevisions: readonly IommuRevision[] = [];
