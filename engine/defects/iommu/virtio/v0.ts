// What virtio-iommu of Linux 6.1 answers and waits for otherwise than later versions.

import { EINVAL, EOPNOTSUPP, EXDEV } from '../../../errno.ts';
import { divergence } from '../iommu.ts';

export const synchronousMap = divergence({
  id: 'VIO-D-SYNC-MAP',
  title: 'MAP is waited for, and its status returned at once',
  source: 'spec/virtio-domain.md §5, V0; until 00271ca5cbcd in Linux 6.8',
  trigger: 'map while attached',
  steps: {
    *viommuSendMap(vdomain, mapping) {
      const viommu = yield* this.viommuOf(vdomain);
      if (viommu === null) return 0;
      yield viommu.requestLock.lock;
      yield vdomain.nrEndpoints.read;
      let ret = 0;
      if (vdomain.nrEndpoints.value !== 0) {
        const domain = yield* this.viommuIdAt(vdomain, viommu);
        const request = { type: 'map', domain, ...mapping } as const;
        ret = yield* this.viommuSendReqSyncLocked(viommu, request);
      }
      yield viommu.requestLock.unlock;
      return ret;
    },
    *viommuIotlbSyncMap() {
      return 0;
    },
  },
});

export const foreignExdev = divergence({
  id: 'VIO-D-FOREIGN-EXDEV',
  title: 'a domain of another instance is -EXDEV',
  source: 'spec/virtio-domain.md §4 step 2, V0',
  trigger: 'attach a domain of another instance',
  allows: ['foreignExdev'],
  steps: {
    viommuForeignErrno: () => EXDEV,
  },
});

export const granuleEinval = divergence({
  id: 'VIO-D-GRANULE-EINVAL',
  title: 'a granule larger than a page is -EINVAL',
  source: 'spec/virtio-domain.md §3 step 1, V0',
  trigger: 'attach a device whose instance has 64K pages',
  steps: {
    viommuGranuleErrno: () => EINVAL,
  },
});

export const identityErrno = divergence({
  id: 'VIO-D-IDENTITY-EOPNOTSUPP',
  title: 'a failed fill of an identity domain is -EOPNOTSUPP',
  source: 'spec/virtio-domain.md §3 step 5, V0',
  trigger: 'attach an identity domain, no memory for a mapping',
  steps: {
    viommuIdentityErrno: () => EOPNOTSUPP,
  },
});
