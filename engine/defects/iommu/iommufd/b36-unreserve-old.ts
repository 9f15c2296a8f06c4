// IFD-B36: a replace that fails takes the reserved ranges off the wrong IOAS.

import { defect } from '../iommu.ts';

export const iommufdB36 = defect({
  id: 'IFD-B36',
  title: 'a replace that fails removes the reserved ranges of the hwpt that stays attached',
  source: 'iommufd/device: Fix hwpt at err_unresv in iommufd_device_do_replace(); real-bugs.md 36',
  class: 'wrong unwind',
  violates: 'IFD-008',
  trigger: 'replace by a hwpt of another IOAS, attach_dev fails',
  steps: {
    *iommufdReplaceErrUnresv(devices, hwpt, old) {
      if (hwpt.parent === null) yield* this.iommufdGroupRemoveReservedIova(devices, old);
    },
  },
});
