// IFD-P7: planted. Replace moves the reference of one device only.

import { EINVAL } from '../../../errno.ts';
import { defect } from '../iommu.ts';

export const iommufdP7 = defect({
  id: 'IFD-P7',
  title: 'a hwpt with two devices has one reference after a replace',
  source: 'spec/iommu-core.md §7.11; planted',
  class: 'planted',
  violates: 'CORE-011',
  trigger: 'two devices of a group attached, replace',
  steps: {
    *iommufdReplaceLocked(idev, hwpt) {
      const { igroup } = idev;
      yield igroup.hwpt.read;
      const old = igroup.hwpt.value;
      if (old === null) return EINVAL;
      yield igroup.deviceList.read;
      const devices = igroup.deviceList.value.members;
      if (!devices.includes(idev)) return EINVAL;
      if (hwpt === old) return null;
      const ret = yield* this.iommufdReplaceTable(igroup, devices, hwpt, old);
      if (ret !== 0) return ret;
      yield igroup.hwpt.write;
      igroup.hwpt.value = hwpt;
      yield hwpt.users.get;
      return old;
    },
  },
});
