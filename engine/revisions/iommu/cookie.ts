// What the cookie part adds to revisions.

import { cookieB1 } from '../../defects/iommu/cookie/b1-handler-union.ts';
import { cookieB2 } from '../../defects/iommu/cookie/b2-prepare-unlocked.ts';
import { cookieB3 } from '../../defects/iommu/cookie/b3-iommufd-msi-cookie.ts';
import { cookieB4 } from '../../defects/iommu/cookie/b4-owner-overwritten.ts';
import { cookieB6 } from '../../defects/iommu/cookie/b6-pages-by-group.ts';
import type { PartRevisions } from './revision.ts';

export const cookieRevisions: PartRevisions = {
  'cookie/6.12': [cookieB1, cookieB2, cookieB3],
  'cookie/seed': [cookieB1, cookieB4, cookieB6],
  'cookie/6.15': [cookieB6],
};
