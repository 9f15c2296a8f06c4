// IFD-B37: a replace within an IOAS that fails takes off what it did not put on.

import { defect } from '../iommu.ts';

export const iommufdB37 = defect({
  id: 'IFD-B37',
  title: 'a replace within one IOAS that fails removes the reserved ranges of the attached devices',
  source:
    'spec/iommu-core.md §6, by inspection of iommufd_device_do_replace(): err_unresv does not ask whether the IOAS is the same; 6.12',
  class: 'wrong unwind',
  violates: 'IFD-008',
  trigger: 'replace by another hwpt of the same IOAS, attach_dev fails',
  steps: {
    *iommufdReplaceErrUnresv(devices, hwpt) {
      if (hwpt.parent === null) yield* this.iommufdGroupRemoveReservedIova(devices, hwpt);
    },
  },
});
