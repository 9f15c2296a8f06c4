// D2: the log is switched for a range, and noted for the domain.

import { EBUSY, EINVAL } from '../../../errno.ts';
import { defect } from '../iommu.ts';

export const d2 = defect({
  id: 'DRT-D2',
  title: 'the log of a second range cannot be started',
  source: 'spec/split-merge-dirty.md §5 D2',
  class: 'wrong granularity',
  violates: 'DRT-009',
  trigger: 'start of two ranges of one domain',
  steps: {
    *switchDirtyLogChecks(domain, enable) {
      yield domain.dirtyTracking.readOnce;
      if (enable) return domain.dirtyTracking.value ? EBUSY : 0;
      return domain.dirtyTracking.value ? 0 : EINVAL;
    },
    *setDirtyLogRange(domain, enable) {
      yield domain.dirtyTracking.writeOnce;
      domain.dirtyTracking.value = enable;
    },
  },
});
