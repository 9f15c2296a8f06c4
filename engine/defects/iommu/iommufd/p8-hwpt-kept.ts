// IFD-P8: planted. The group remembers a hwpt that none of its devices is attached to.

import { defect } from '../iommu.ts';

export const iommufdP8 = defect({
  id: 'IFD-P8',
  title: 'igroup->hwpt survives the last detach',
  source: 'spec/iommu-core.md §7.7; planted',
  class: 'planted',
  violates: 'IFD-007',
  trigger: 'iommufd_attach, iommufd_detach',
  steps: {
    *iommufdDetachLocked(idev, hwpt) {
      const { igroup, device } = idev;
      yield igroup.deviceList.exchange;
      const left = igroup.deviceList.value.without(idev);
      igroup.deviceList.value = left;
      if (left.empty) yield* this.iommuDetachGroup(yield* this.iommufdDomainOf(hwpt), igroup.group);
      if (hwpt.parent === null) yield* this.ioptRemoveReservedIova(hwpt.ioas.iopt, device);
    },
  },
});
