// Revisions of virtio-iommu.

import type { IommuRevision } from '../../iommu/kernel.ts';

export const virtioRevisions: readonly IommuRevision[] = [];
