// What the dirty part adds to revisions.

import { dirtyV3 } from '../../defects/iommu/dirty/index.ts';
import type { PartRevisions } from './revision.ts';

export const dirtyRevisions: PartRevisions = {
  'dirty/v3': dirtyV3,
};
