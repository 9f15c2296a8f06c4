// BUG-10: a device that goes is not detached, neither at the IOMMU nor in the domain's count.

import { defect } from '../iommu.ts';

export const noDetach = defect({
  id: 'VIO-BUG10',
  title: 'an endpoint is released without DETACH',
  source: 'spec/virtio-domain.md §10 BUG-10; spec/real-bugs.md 19; fixed in Linux 6.1.39 and 6.4',
  class: 'missing detach',
  violates: 'VIO-003',
  trigger: 'unplug a device that is not the last of its group',
  steps: {
    *viommuDetachOnRelease(vdev) {
      yield* this.viommuSetVdomain(vdev, null);
    },
  },
});
