// A1: a refused attach frees the node of a group that is attached.

import { defect } from './spapr.ts';

export const a1 = defect({
  id: 'A1',
  title: 'a refused attach frees the list node of an attached group',
  source: 'seed 001; spec/spapr-tce-v2.md §11 A1',
  class: 'use after free',
  violates: 'GRP-010',
  trigger: 'attach a group, then attach it again (-EBUSY) or an incompatible one (-EPERM)',
  steps: {
    // `if (ret && tcegrp) kfree(tcegrp)`: the loop variable still points into the list.
    *tceIommuAttachRefused(attached) {
      yield attached.free;
    },
  },
});
