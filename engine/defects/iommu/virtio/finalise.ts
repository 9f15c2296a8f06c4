// A domain is made without a device: which instance it is of, its id and what may be mapped are
// known when it is first attached (V0, V1). The discussion of seed 000 is about this.

import { ENOMEM } from '../../../errno.ts';
import { isPaging } from '../../../iommu/core/domain.ts';
import type { ViommuDomain } from '../../../iommu/virtio/objects.ts';
import { configuredIds } from '../../../iommu/virtio/state.ts';
import { deref } from '../../../runtime/index.ts';
import { defect } from '../iommu.ts';
import { bindAtAttach } from './bind.ts';

export const finalise = defect({
  id: 'VIO-FINALISE',
  title:
    'a domain is complete only when it was first attached: a sync before follows a null pointer',
  source: 'seed 000; spec/virtio-domain.md §2 to §5, V0 and V1; Linux before 6.16',
  class: 'null pointer',
  violates: 'null-deref',
  trigger: 'allocate a domain, unmap it',
  allows: ['lateFinalise'],
  steps: {
    *viommuDomainAlloc(device, type, client) {
      if (!isPaging(type) && type !== 'identity') return ENOMEM;
      return (yield* this.viommuKzallocDomain(device, type, client)) ?? ENOMEM;
    },
    *viommuCheckInstance(vdomain, vdev) {
      return yield* bindAtAttach(this, vdomain, vdev);
    },
    viommuIdRange: configuredIds,
    *viommuIotlbSync(domain) {
      const viommu = yield* this.viommuOf(domain as ViommuDomain);
      yield* this.viommuSyncReq(deref(viommu, 'vdomain->viommu'));
    },
  },
});
