// OWN-14: a device claim of an owned group is counted whoever owns it.

import { defect } from '../iommu.ts';

export const own14 = defect({
  id: 'OWN-14',
  title: 'A second owner claims a device of a group that is owned',
  source: 'planted; spec/coherency-and-ownership.md §4, device_claim',
  class: 'planted',
  violates: 'OWN-014',
  trigger: 'two owners claim a device',
  steps: {
    *iommuDeviceClaimLocked(group, owner) {
      yield group.ownerCnt.read;
      const count = group.ownerCnt.value;
      if (count === 0) return yield* this.iommuTakeDmaOwnership(group, owner);
      yield group.ownerCnt.write;
      group.ownerCnt.value = count + 1;
      return 0;
    },
  },
});
