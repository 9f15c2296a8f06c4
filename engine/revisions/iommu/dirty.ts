// What the dirty part adds to revisions.

import { dirty612, dirtyV3 } from '../../defects/iommu/dirty/index.ts';
import type { PartRevisions } from './revision.ts';

export const dirtyRevisions: PartRevisions = {
  'dirty/v3': dirtyV3,
  'dirty/6.12': dirty612,
};
