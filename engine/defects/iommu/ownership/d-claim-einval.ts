// Up to 6.1 a claim that finds no memory for the blocking domain says -EINVAL.

import { EINVAL, ENODEV } from '../../../errno.ts';
import { divergence } from '../iommu.ts';

export const claimEinval = divergence({
  id: 'OWN-d-einval',
  title: 'Up to 6.1 a claim without a blocking domain is -EINVAL, whatever the reason',
  source: 'spec/coherency-and-ownership.md §4, group_claim',
  trigger: 'claim a group while no domain can be allocated',
  allows: ['claimEinval'],
  steps: {
    *iommuAllocBlockingDomain(group) {
      yield group.blockingDomain.read;
      if (group.blockingDomain.value !== null) return 0;
      yield group.devices.read;
      const first = group.devices.value;
      if (first === null) return ENODEV;
      const made = yield* this.iommuDomainAlloc(first, 'unmanaged', 'core');
      if (typeof made === 'number') return EINVAL;
      yield group.blockingDomain.write;
      group.blockingDomain.value = made;
      return 0;
    },
  },
});
