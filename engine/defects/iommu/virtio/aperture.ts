// Neither core nor driver looks at the aperture when something is mapped.

import { defect } from '../iommu.ts';

export const aperture = defect({
  id: 'VIO-APERTURE',
  title: 'addresses outside the input range are mapped',
  source: 'spec/virtio-domain.md §5 (b), §7; Linux 6.1 to 7.x',
  class: 'missing check',
  violates: 'VIO-007',
  trigger: 'map beyond the aperture while no endpoint is attached',
  steps: {
    viommuCheckAperture() {
      return 0;
    },
  },
});
