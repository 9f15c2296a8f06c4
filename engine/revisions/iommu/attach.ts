// What the attach part adds to revisions.

import { att1 } from '../../defects/iommu/attach/att-1-no-revert.ts';
import { att4 } from '../../defects/iommu/attach/att-4-probed-twice.ts';
import { att8 } from '../../defects/iommu/attach/att-8-half-probed.ts';
import { att10 } from '../../defects/iommu/attach/att-10-pasid-unwind.ts';
import { att20 } from '../../defects/iommu/attach/att-20-must-succeed.ts';
import { att21 } from '../../defects/iommu/attach/att-21-no-blocking-domain.ts';
import { directClaimed } from '../../defects/iommu/attach/d-direct-claimed.ts';
import type { PartRevisions } from './revision.ts';

/** 6.1 is 6.1.192: a failed attach is reverted (6.1.18), a device probed once (6.1.68). */
export const attachRevisions: PartRevisions = {
  'core/6.0': [att1, att4, att8, att10, att20, directClaimed],
  'core/6.1': [att8, att10, att20, directClaimed],
  'core/6.12': [att21],
  'coherency/5.17': [att1, att20],
  'coherency/5.19': [att1, att20],
};
