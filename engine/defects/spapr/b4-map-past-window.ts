// B4: MAP checks only the first page of its range against the window.

import { defect } from './spapr.ts';

export const b4 = defect({
  id: 'B4',
  title: 'MAP past the end of the window writes outside the table',
  source: 'seed 001; spec/spapr-tce-v2.md §11 B4; in Linux 6.12',
  class: 'out of bounds',
  violates: 'out-of-bounds',
  trigger: 'MAP that begins in the last page of a window and is longer than it',
  steps: {
    // iommu_tce_put_param_check looks at one page; the length is never looked at.
    tcePutParamsFit(table, iova) {
      return iova % 2 ** table.itPageShift === 0;
    },
  },
});
