// ATT-4: the bus and an IOMMU driver that registers probe the same device at once.

import { defect } from '../iommu.ts';

export const att4 = defect({
  id: 'ATT-4',
  title: 'A device is probed twice: both paths find it in no group',
  source: 'iommu: Avoid more races around device probe; spec/real-bugs.md 4',
  class: 'race',
  violates: 'CORE-008',
  trigger: 'device_add || bus_iommu_probe of the same device',
  steps: {
    // Without iommu_probe_device_lock around it.
    *iommuProbeDevice(device) {
      return yield* this.iommuProbeDeviceLocked(device, false);
    },
    *groupLink(group, device) {
      if ((yield* this.groupDevices(group)).includes(device)) return;
      yield* this.groupLinkTail(group, device);
    },
  },
});
