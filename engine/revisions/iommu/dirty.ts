// Revisions of split, merge and the dirty log.

import type { IommuRevision } from '../../iommu/kernel.ts';

export const dirtyRevisions: readonly IommuRevision[] = [];
