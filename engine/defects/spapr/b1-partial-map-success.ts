// B1: MAP stops at a region that is being unregistered, and says that all went well.

import { ENXIO } from '../../errno.ts';
import { defect } from './spapr.ts';

export const b1 = defect({
  id: 'B1',
  title: 'MAP over a region that is being unregistered returns success with entries missing',
  source: 'seed 001, tce_iommu_build_v2; spec/spapr-tce-v2.md §11 B1; in Linux 6.12',
  class: 'lost error',
  violates: 'MAP-008',
  trigger: 'MAP, preempted between finding the region and counting the TCE, UNREGISTER',
  steps: {
    *tceIommuBuildV2(container, table, entry, ua, pages, direction) {
      let ret = 0;
      let i = 0;
      for (; i < pages && ret === 0; i++) {
        const from = ua + i * 2 ** table.itPageShift;
        ret = yield* this.tceIommuBuildEntryV2(container, table, entry + i, from, direction);
        // `if (mm_iommu_mapped_inc(mem)) break;` leaves ret at 0.
        if (ret === ENXIO) return 0;
      }
      if (ret !== 0) yield* this.tceIommuClear(container, table, entry, i - 1);
      return ret;
    },
  },
});
