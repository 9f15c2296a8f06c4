// A3: taking ownership of a legacy group's tables is unwound wrongly.

import { EBUSY } from '../../errno.ts';
import { defect } from './spapr.ts';

export const a3 = defect({
  id: 'A3',
  title: 'a failed take of legacy tables leaks their userspace views',
  source: 'seed 001, tce_iommu_take_ownership; spec/spapr-tce-v2.md §11 A3',
  class: 'leak in error path',
  violates: 'ACC-005',
  trigger: 'attach a legacy group while kernel DMA is live in one of its tables',
  steps: {
    *tceIommuTakeOwnershipLegacy(container, tableGroup) {
      for (const slot of tableGroup.tables) {
        yield slot.read;
        const table = slot.value;
        if (table === null || !table.itMap) continue;
        const ret = yield* this.tceIommuUserspaceViewAlloc(container, table);
        if (ret !== 0) return ret;
        // The view of this table stays, and so do those of the tables before it.
        if (yield* this.iommuTakeOwnership(tableGroup)) return EBUSY;
      }
      yield* this.tceIommuUseGroupTables(container, tableGroup);
      return 0;
    },
  },
});
