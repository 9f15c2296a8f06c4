// BUG-7: the static identity domain has no id of its own, so DETACH names domain 0; and its
// endpoints are counted in it, behind whichever instance they are.

import { defect } from '../iommu.ts';

export const identityDetach = defect({
  id: 'VIO-BUG7',
  title: 'DETACH from the static identity domain names domain 0',
  source: 'spec/virtio-domain.md §10 BUG-7; Linux 6.16',
  class: 'wrong object',
  violates: 'VIO-006',
  trigger: 'first_domain is not 0; remove a device that is attached to the identity domain',
  steps: {
    *viommuDetachId(vdomain, viommu) {
      return vdomain.isStatic ? 0 : yield* this.viommuIdAt(vdomain, viommu);
    },
    viommuCounter(vdomain) {
      return vdomain.nrEndpoints;
    },
  },
});
