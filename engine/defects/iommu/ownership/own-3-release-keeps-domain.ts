// OWN-3: release gives the group up and leaves its domain.

import { defect } from '../iommu.ts';

export const own3 = defect({
  id: 'OWN-3',
  title: 'A group that was released stays on its blocking domain',
  source: 'planted; spec/coherency-and-ownership.md §4, release',
  class: 'planted',
  violates: 'OWN-003',
  trigger: 'claim, release',
  steps: {
    *iommuReleaseDmaOwnership(group) {
      yield group.ownerCnt.write;
      group.ownerCnt.value = 0;
      yield group.owner.write;
      group.owner.value = 0;
    },
  },
});
