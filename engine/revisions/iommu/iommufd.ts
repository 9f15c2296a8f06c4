// What the iommufd part adds to revisions.

import type { PartRevisions } from './revision.ts';

export const iommufdRevisions: PartRevisions = {};
