// OWN-6: a driver is bound while the default domain of its group is still to come.

import { defect } from '../iommu.ts';

export const own6 = defect({
  id: 'OWN-6',
  title: 'A driver that uses the DMA API is bound before the default domain is there',
  source: 'iommu: Handle race with default domain setup (6.12.26); spec/real-bugs.md 6',
  class: 'race',
  violates: 'OWN-002',
  trigger: 'bus_iommu_probe || use_default_domain of the same device',
  steps: {
    *iommuDefaultDomainUsable(group) {
      yield group.ownerCnt.read;
      return 0;
    },
  },
});
