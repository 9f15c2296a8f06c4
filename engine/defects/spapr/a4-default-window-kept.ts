// A4: a DDW attach that fails leaves the default window with the container.

import { maxTables } from '../../powerpc/tableGroup.ts';
import { takeOwnershipEagerly, neverPending } from './eager-window.ts';
import { defect } from './spapr.ts';

export const a4 = defect({
  id: 'A4',
  title: 'a failed DDW attach leaves the default window in the container',
  source: 'seed 001, tce_iommu_take_ownership_ddw; spec/spapr-tce-v2.md §11 A4',
  class: 'wrong unwind',
  violates: 'WIN-009',
  trigger: 'attach a group, set_window fails',
  allows: ['eagerDefaultWindow'],
  steps: {
    tceIommuTakeOwnershipDdw: takeOwnershipEagerly(function* (k, _container, tableGroup) {
      // Every slot is unset, also those never set; container->tables[0] keeps the new table.
      for (let i = 0; i < maxTables; i++) yield* k.pnvUnsetWindow(tableGroup, i);
    }),
    tceIommuDefaultWindowWanted: neverPending,
  },
});
