// BUG-9: the identity domain takes the first id, also where there is no other.

import { configuredIds } from '../../../iommu/virtio/state.ts';
import { defect } from '../iommu.ts';

export const onlyId = defect({
  id: 'VIO-BUG9',
  title: 'the identity domain reserves the only id of the device',
  source: 'spec/virtio-domain.md §10 BUG-9; Linux 6.16',
  class: 'resource exhaustion',
  violates: 'VIO-001',
  trigger: 'DOMAIN_RANGE of one id and F_BYPASS_CONFIG; allocate a paging domain',
  steps: {
    viommuIdRange(viommu) {
      const { first, last } = configuredIds(viommu);
      return { first: viommu.spec.bypassConfig === true ? first + 1 : first, last };
    },
  },
});
