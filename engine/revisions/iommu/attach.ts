// Revisions of attaching: domains, groups and devices.

import type { IommuRevision } from '../../iommu/kernel.ts';

export const attachRevisions: readonly IommuRevision[] = [];
