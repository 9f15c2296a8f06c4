// BUG-6: the status of a request that the device did not write is what was there before: OK.

import { errnoOf } from '../../../iommu/virtio/requests.ts';
import { defect } from '../iommu.ts';

export const lengthZero = defect({
  id: 'VIO-BUG6',
  title: 'a request completed with a used length of 0 is taken to have succeeded',
  source: 'spec/virtio-domain.md §10 BUG-6; spec/real-bugs.md 22; Linux 6.1 to 7.x',
  class: 'lost error',
  violates: 'VIO-011',
  trigger: 'attach, ATTACH completed with a used length of 0',
  steps: {
    viommuReqErrno(status) {
      return status === 'none' ? 0 : errnoOf[status];
    },
  },
});
