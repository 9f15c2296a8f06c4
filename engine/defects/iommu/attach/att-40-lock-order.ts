// ATT-40: a release that takes iommu_probe_device_lock inside group->mutex.

import { listDel } from '../../../runtime/index.ts';
import { defect } from '../iommu.ts';

export const att40 = defect({
  id: 'ATT-40',
  title: 'Unplugging takes the probe lock inside the group’s mutex',
  source: 'planted; spec/coherency-and-ownership.md §6, iommu_probe_device_lock > group->mutex',
  class: 'planted',
  violates: 'lock-order',
  trigger: 'unplug a device and plug it in again',
  steps: {
    *iommuReleaseDevice(device) {
      const group = yield* this.iommuGroupOf(device);
      if (group === null) return true;
      const { mutex } = this.world.core.probe;
      yield group.mutex.lock;
      yield mutex.lock;
      const last = (yield* this.groupDevices(group)).length === 1;
      const held = last && (yield* this.iommuGroupIsHeld(group));
      if (!held) {
        yield* listDel(group.devices, device);
        yield* this.iommuDeinitDevice(group, device);
      }
      yield mutex.unlock;
      yield group.mutex.unlock;
      return !held;
    },
  },
});
