// U2: UNREGISTER of what was never registered is -EINVAL.

import { EINVAL } from '../../errno.ts';
import { defect } from './spapr.ts';

export const u2 = defect({
  id: 'U2',
  title: 'UNREGISTER of an unknown region returns -EINVAL instead of -ENOENT',
  source: 'seed 001, D. Gibson on tce_iommu_unregister_pages; spec/spapr-tce-v2.md §11 U2',
  class: 'wrong errno',
  violates: 'CON-101',
  trigger: 'UNREGISTER of a range that is not registered',
  steps: {
    tceIommuUnregisterMiss() {
      return EINVAL;
    },
  },
});
