// OWN-4: a claim counts before it has the blocking domain, and does not take it back.

import { EBUSY } from '../../../errno.ts';
import { defect } from '../iommu.ts';

export const own4 = defect({
  id: 'OWN-4',
  title: 'A claim that fails leaves the group owned by nobody who knows',
  source: 'planted; spec/coherency-and-ownership.md §7.4',
  class: 'planted',
  violates: 'OWN-004',
  trigger: 'claim a group whose device refuses the blocking domain',
  steps: {
    *iommuTakeDmaOwnership(group, owner) {
      if (yield* this.iommuGroupInUse(group)) return EBUSY;
      yield group.owner.write;
      group.owner.value = owner;
      yield group.ownerCnt.write;
      group.ownerCnt.value = 1;
      const ret = yield* this.iommuAllocBlockingDomain(group);
      return ret === 0 ? yield* this.iommuSetBlockingDomain(group) : ret;
    },
  },
});
