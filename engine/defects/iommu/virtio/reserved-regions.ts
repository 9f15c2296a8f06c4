// Reserved regions of the first endpoint are left free, those of the next are not looked at.

import { defect } from '../iommu.ts';

export const reservedRegions = defect({
  id: 'VIO-RESERVED',
  title: 'an endpoint is attached to a domain that maps its reserved region',
  source: 'spec/virtio-domain.md §3, §9.15; Linux 6.1 to 7.x',
  class: 'missing check',
  violates: 'VIO-015',
  trigger:
    'an identity domain made of mappings; attach a second device with another reserved region',
  steps: {
    *viommuCheckReserved() {
      return 0;
    },
  },
});
