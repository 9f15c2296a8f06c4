// OWN-15: binding a driver does not look whose the group is (as before 5.18).

import { defect } from '../iommu.ts';

export const own15 = defect({
  id: 'OWN-15',
  title: 'A driver that uses the DMA API is bound to a device of an owned group',
  source: 'planted; spec/coherency-and-ownership.md §4, use_default_domain',
  class: 'planted',
  violates: 'OWN-014',
  trigger: 'claim, use_default_domain',
  steps: {
    *iommuInOtherHands(group) {
      yield group.owner.read;
      return false;
    },
  },
});
