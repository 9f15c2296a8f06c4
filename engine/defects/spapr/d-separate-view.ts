// Divergence: up to 4.19 the userspace view is not part of the table; VFIO allocates and charges it.

import { divergence } from './spapr.ts';

export const separateView = divergence({
  id: 'D-VIEW',
  title: 'a v2 table gets its userspace view apart, charged apart',
  source: 'seed 001, tce_iommu_create_table; spec/spapr-tce-v2.md §5',
  trigger: 'TCE_CREATE in a v2 container',
  allows: ['separateView'],
  steps: {
    pnvTableCopies() {
      return 1;
    },
    pnvUserspaceView() {
      return null;
    },
    *tceIommuViewForTable(container, table, mm, pages) {
      if (!container.v2) return table;
      const ret = yield* this.tceIommuUserspaceViewAlloc(container, table);
      if (ret === 0) return table;
      yield table.free;
      if (mm !== null) yield mm.lockedVm.uncharge(pages);
      return ret;
    },
  },
});
