// B3: v1 MAP refuses a page that does not fill the IOMMU page, and keeps it pinned.

import { defect } from './spapr.ts';

export const b3 = defect({
  id: 'B3',
  title: 'v1 MAP of a page smaller than the IOMMU page leaves it pinned',
  source: 'seed 001, tce_iommu_build; spec/spapr-tce-v2.md §11 B3; in Linux 6.12',
  class: 'pin leak in error path',
  violates: 'PIN-006',
  trigger: 'v1 container, window of larger IOMMU pages, MAP of a small page',
  steps: {
    *tceIommuPageNotContained() {},
  },
});
