// BUG-O: a container that goes away loses a region that another container still maps.

import { defect } from './spapr.ts';

export const bugO = defect({
  id: 'BUG-O',
  title: 'closing a container loses its region while another container maps it',
  source:
    'spec/spapr-tce-v2.md §8 (put every prereg entry, WARN on error) with §13 R6; by inspection',
  class: 'lost error',
  violates: 'REG-004',
  trigger: 'REGISTER in one container, MAP in another, close the first',
  steps: {
    // WARN_ON(tce_iommu_prereg_free()): -EBUSY is noted, and the registration is gone.
    *mmIommuDrop(mm, mem) {
      yield* this.mmIommuPut(mm, mem);
    },
  },
});
