// BUG-5: what the device answers to a queued MAP is thrown away with the request.

import { defect } from '../iommu.ts';

export const statusLost = defect({
  id: 'VIO-BUG5',
  title: 'a MAP that the device refuses is reported as mapped',
  source: 'spec/virtio-domain.md §10 BUG-5; Linux 6.8 to 7.x',
  class: 'lost error',
  violates: 'VIO-005',
  trigger: 'map while attached, the device answers NOMEM',
  steps: {
    *viommuReqsDone() {},
    *viommuForgetFailures() {},
    *viommuTakeFailure() {
      return 0;
    },
  },
});
