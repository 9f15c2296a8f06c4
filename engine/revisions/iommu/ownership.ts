// What the ownership part adds to revisions.

import { cacheSnoops } from '../../defects/iommu/ownership/d-cache-snoops.ts';
import { claimEinval } from '../../defects/iommu/ownership/d-claim-einval.ts';
import { own6 } from '../../defects/iommu/ownership/own-6-no-default-domain.ts';
import { own70 } from '../../defects/iommu/ownership/own-70-enforce-non-empty.ts';
import { own517 } from '../../defects/iommu/ownership/own-517-no-ownership.ts';
import type { PartRevisions } from './revision.ts';

export const ownershipRevisions: PartRevisions = {
  'core/6.0': [own6, own70, claimEinval],
  'core/6.1': [own6, own70, claimEinval],
  'coherency/5.17': [own517, cacheSnoops],
  'coherency/5.19': [own6, own70, claimEinval],
};
