// OWN-517: up to 5.17 a group is looked at once, when VFIO takes it; drivers bind whenever they like.

import { EPERM } from '../../../errno.ts';
import { defect } from '../iommu.ts';

export const own517 = defect({
  id: 'OWN-517',
  title: 'A driver that uses the DMA API is bound to a device of a group in user hands',
  source: 'seed 002; spec/coherency-and-ownership.md §8, <=5.17: the viable notifier',
  class: 'missing check',
  violates: 'OWN-014',
  trigger: 'claim, use_default_domain',
  steps: {
    *iommuDeviceUseDefaultDomain(device) {
      yield device.group.readOnce;
      return 0;
    },
    *iommuDeviceUnuseDefaultDomain() {},
    *iommuGroupClaimLocked(group, owner) {
      yield group.owner.read;
      if (group.owner.value !== 0) return EPERM;
      for (const device of yield* this.groupDevices(group)) {
        yield device.kernelDriver.readOnce;
        if (device.kernelDriver.value) return EPERM;
      }
      return yield* this.iommuTakeDmaOwnership(group, owner);
    },
  },
});
