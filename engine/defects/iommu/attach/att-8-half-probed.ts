// ATT-8: what a failed probe has set up for the device stays.

import { ENODEV, ENOMEM } from '../../../errno.ts';
import { DevIommu } from '../../../iommu/core/objects.ts';
import { defect } from '../iommu.ts';

export const att8 = defect({
  id: 'ATT-8',
  title: 'A device whose probe failed still has an IOMMU, as dev->iommu says',
  source: 'iommu: Keep dev->iommu state consistent; spec/real-bugs.md 8',
  class: 'stale pointer',
  violates: 'CORE-008',
  trigger: 'a probe that the driver refuses',
  steps: {
    *iommuInitDevice(device) {
      if (yield* this.world.refuses('kzalloc')) return ENOMEM;
      yield device.param.writeOnce;
      const param = this.world.heap.create(DevIommu);
      device.param.value = param;
      yield param.iommuDev.writeOnce;
      param.iommuDev.value = device.iommu;
      if (yield* this.opsProbeDevice(device)) return ENODEV;
      yield device.group.writeOnce;
      device.group.value = this.groupFor(device);
      return 0;
    },
  },
});
