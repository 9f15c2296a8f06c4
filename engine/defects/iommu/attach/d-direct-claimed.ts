// Before 6.6 a device with direct regions can be claimed: require_direct is not there.

import { divergence } from '../iommu.ts';

export const directClaimed = divergence({
  id: 'ATT-d-direct',
  title: 'Up to 6.5 the blocking domain is attached to devices with direct regions',
  source: 'spec/coherency-and-ownership.md §8, 6.6+',
  trigger: 'claim a group with a direct region',
  allows: ['directClaimed'],
  steps: {
    *iommuIsBlocking() {
      return false;
    },
  },
});
