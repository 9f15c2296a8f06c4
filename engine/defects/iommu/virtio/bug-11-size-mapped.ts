// BUG-11: a domain without endpoints maps, and says that it has mapped nothing.

import { defect } from '../iommu.ts';

export const sizeMapped = defect({
  id: 'VIO-BUG11',
  title: 'map_pages of a detached domain reports 0 bytes mapped',
  source: 'spec/virtio-domain.md §10 BUG-11; fixed in Linux 6.1.39',
  class: 'lost result',
  violates: 'bug',
  trigger: 'map while no endpoint is attached',
  steps: {
    *viommuBytesMapped(vdomain, size) {
      yield vdomain.nrEndpoints.readOnce;
      return vdomain.nrEndpoints.value === 0 ? 0 : size;
    },
  },
});
