// What the iommufd part adds to revisions. What was fixed before 6.12.117 is in none.

import { iommufdB37 } from '../../defects/iommu/iommufd/b37-unreserve-shared.ts';
import { iommufdB38 } from '../../defects/iommu/iommufd/b38-detach-looks-early.ts';
import type { PartRevisions } from './revision.ts';

export const iommufdRevisions: PartRevisions = {
  'core/6.12': [iommufdB37, iommufdB38],
};
