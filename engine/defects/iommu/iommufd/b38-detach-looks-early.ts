// IFD-B38: detach looks at the group before it has its lock.

import type { Hwpt } from '../../../iommu/iommufd/objects.ts';
import { defect } from '../iommu.ts';

export const iommufdB38 = defect({
  id: 'IFD-B38',
  title: 'detach puts the hwpt that another device of the group has just replaced',
  source:
    'spec/iommu-core.md §6, by inspection of iommufd_hw_pagetable_detach(): igroup->hwpt is read before igroup->lock; 6.12',
  class: 'race',
  violates: 'CORE-011',
  trigger: 'two devices of a group attached: iommufd_detach of one || replace of the other',
  steps: {
    *iommufdHwPagetableDetach(idev) {
      const { igroup } = idev;
      yield igroup.hwpt.readOnce;
      const hwpt = igroup.hwpt.value as Hwpt;
      yield igroup.lock.lock;
      yield* this.iommufdDetachLocked(idev, hwpt);
      yield igroup.lock.unlock;
      return hwpt;
    },
  },
});
