// ATT-21: since 6.5 the blocking domain catches who cannot be attached, if there is one.

import { defect } from '../iommu.ts';

export const att21 = defect({
  id: 'ATT-21',
  title: 'Without a blocking domain, a device that cannot be attached stays where it must not be',
  source: 'spec/iommu-core.md §11: "A on blocking if it exists, else unknown"; in Linux 6.12',
  class: 'use after free',
  violates: 'CORE-007',
  trigger: 'detach a group that was never claimed, while its device refuses the default domain',
  steps: {
    *iommuDeviceFallBack(group, device, domain) {
      yield group.blockingDomain.read;
      const blocking = group.blockingDomain.value;
      if (blocking !== null && blocking !== domain) yield* this.opsAttachDev(blocking, device);
    },
  },
});
