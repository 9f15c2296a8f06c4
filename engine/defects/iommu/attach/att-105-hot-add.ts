// ATT-105: a device that is added gets the domain that its group had a moment ago.

import { defect } from '../iommu.ts';

export const att105 = defect({
  id: 'ATT-105',
  title: 'A hot-added device is attached to a domain that the group has left meanwhile',
  source: 'iommu: race in claim and attach of a hot-added device; spec/real-bugs.md 105',
  class: 'race',
  violates: 'CORE-007',
  trigger: 'claim || hot-plug of another device of the group',
  steps: {
    *iommuProbeDeviceLocked(device, later) {
      if (yield* this.iommuIsProbed(device)) return 0;
      const group = this.groupFor(device);
      yield group.mutex.lock;
      yield group.domain.read;
      const domain = group.domain.value;
      yield group.mutex.unlock;
      const initialised = yield* this.iommuInitDevice(device);
      if (initialised !== 0) return initialised;
      yield group.mutex.lock;
      yield* this.groupLink(group, device);
      if (domain === null) yield* this.iommuAttachAdded(group, device, later);
      else yield* this.opsAttachDev(domain, device);
      yield group.mutex.unlock;
      return 0;
    },
  },
});
