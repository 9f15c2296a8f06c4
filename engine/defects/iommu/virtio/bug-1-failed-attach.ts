// BUG-1: the old domain's count goes down before the device is asked, and nobody takes it back.

import { defect } from '../iommu.ts';

export const failedAttach = defect({
  id: 'VIO-BUG1',
  title: 'a failed ATTACH leaves nr_endpoints of the old domain decremented',
  source: 'spec/virtio-domain.md §10 BUG-1; spec/real-bugs.md 21; Linux 6.1 to 7.x',
  class: 'counter underflow',
  violates: 'VIO-003',
  trigger: 'attach a domain, attach another with ATTACH refused: the way back counts down again',
  steps: {
    *viommuMoveLocked(vdomain, vdev) {
      const reserved = yield* this.viommuCheckReserved(vdomain, vdev);
      if (reserved !== 0) return reserved;
      yield vdev.vdomain.read;
      const old = vdev.vdomain.value;
      if (old !== null) yield* this.viommuCountDown(old, vdev.viommu);
      let { ret } = yield* this.viommuAttachIds(vdomain, vdev);
      if (ret !== 0) return ret;
      const counter = this.viommuCounter(vdomain, vdev.viommu);
      yield counter.read;
      if (counter.value === 0) ret = yield* this.viommuReplayMappings(vdomain, vdev.viommu);
      if (ret !== 0) return ret;
      yield* this.viommuCountUp(vdomain, vdev.viommu);
      yield* this.viommuSetVdomain(vdev, vdomain);
      return 0;
    },
  },
});
