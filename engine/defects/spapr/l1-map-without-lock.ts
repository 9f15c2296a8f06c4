// L1: MAP and UNMAP work on a table that CREATE, REMOVE, detach and release may take away.

import { defect } from './spapr.ts';

export const l1 = defect({
  id: 'L1',
  title: 'MAP and UNMAP use a table while it is freed',
  source: 'spec/spapr-tce-v2.md §2, §11 L1; in all Linux versions',
  class: 'use after free',
  violates: 'use-after-free',
  trigger: 'MAP, preempted after it found the table, TCE_REMOVE (or detach of a legacy group)',
  steps: {
    *tceIommuWindowsGet() {},
    *tceIommuWindowsPut() {},
  },
});
