// B2: when a TCE cannot be written, the count of the old region is dropped instead of the new one's.

import { defect } from './spapr.ts';

export const b2 = defect({
  id: 'B2',
  title: 'a failed TCE exchange gives back the count of the wrong region',
  source: 'seed 001, tce_iommu_build_v2; spec/spapr-tce-v2.md §11 B2; in Linux 6.12',
  class: 'wrong count in error path',
  violates: 'REG-002',
  trigger: 'MAP whose TCE exchange fails',
  steps: {
    // tce_iommu_unuse_page_v2(entry) goes by it_userspace[entry]: what was there before.
    *tceIommuXchgRefused(container, table, entry) {
      const view = yield* this.tceIommuUserspaceEntry(table, entry);
      if (view === null) return;
      yield view.exchange;
      const ua = view.value;
      view.value = 0;
      yield* this.tceIommuUnuseMem(container, ua, table.itPageShift);
    },
  },
});
