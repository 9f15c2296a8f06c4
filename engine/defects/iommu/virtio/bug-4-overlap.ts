// BUG-4: nobody looks whether something is mapped there already.

import { defect } from '../iommu.ts';

export const overlap = defect({
  id: 'VIO-BUG4',
  title: 'a second mapping of an address is taken into the interval tree',
  source: 'spec/virtio-domain.md §10 BUG-4; Linux 6.1 to 7.x',
  class: 'missing check',
  violates: 'VIO-007',
  trigger: 'map a page twice while no endpoint is attached',
  steps: {
    viommuCheckOverlap() {
      return 0;
    },
  },
});
