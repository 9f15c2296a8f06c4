// The patch of seed 000: paging domains are finalised when they are allocated, identity domains
// when they are first attached, and the reason of a failure is lost.

import { ENOMEM } from '../../../errno.ts';
import { isPaging } from '../../../iommu/core/domain.ts';
import { configuredIds } from '../../../iommu/virtio/state.ts';
import { divergence } from '../iommu.ts';
import { bindAtAttach } from './bind.ts';

export const seedAlloc = divergence({
  id: 'VIO-D-SEED-ALLOC',
  title: 'domain_alloc_paging finalises, and answers NULL for every error',
  source: 'seed 000; spec/virtio-domain.md §2, VS',
  trigger: 'allocate a domain when all ids are in use: -ENOMEM instead of -ENOSPC',
  allows: ['lateIdentity'],
  steps: {
    *viommuDomainAlloc(device, type, client) {
      if (type === 'identity')
        return (yield* this.viommuKzallocDomain(device, type, client)) ?? ENOMEM;
      if (!isPaging(type)) return ENOMEM;
      const vdomain = yield* this.viommuDomainAllocPaging(device, type, client);
      return typeof vdomain === 'number' ? ENOMEM : vdomain;
    },
    *viommuCheckInstance(vdomain, vdev) {
      return yield* bindAtAttach(this, vdomain, vdev);
    },
    viommuIdRange: configuredIds,
  },
});
