// BUG-8: an endpoint that is attached to the domain it is in is counted out of it first.

import { defect } from '../iommu.ts';

export const attachedAgain = defect({
  id: 'VIO-BUG8',
  title: 'attaching the domain that an endpoint is in replays what the device has, and fails',
  source: 'spec/virtio-domain.md §10 BUG-8; Linux 6.1 to 7.x',
  class: 'wrong unwind',
  violates: 'VIO-010',
  trigger: 'a domain with a mapping is attached; replacing it fails, and it is attached again',
  steps: {
    *viommuIsAttached() {
      return false;
    },
    *viommuReplayIfFirst(vdomain, vdev) {
      yield vdev.vdomain.read;
      const own = vdev.vdomain.value === vdomain ? 1 : 0;
      const counter = this.viommuCounter(vdomain, vdev.viommu);
      yield counter.read;
      if (counter.value !== own) return 0;
      return yield* this.viommuReplayMappings(vdomain, vdev.viommu);
    },
  },
});
