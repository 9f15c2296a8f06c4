// U1: UNREGISTER of a part of a region unregisters all of it.

import { defect } from './spapr.ts';

export const u1 = defect({
  id: 'U1',
  title: 'UNREGISTER of part of a region ends the whole region',
  source: 'seed 001, D. Gibson on tce_iommu_unregister_pages; spec/spapr-tce-v2.md §11 U1',
  class: 'wrong lookup',
  violates: 'CON-101',
  trigger: 'REGISTER two pages, UNREGISTER the first',
  steps: {
    tceIommuRegionMeant(mem, va, size) {
      return mem.contains(va, size);
    },
  },
});
