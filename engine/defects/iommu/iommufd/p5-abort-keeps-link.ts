// IFD-P5: planted. An aborted hwpt leaves its domain in the IOAS.

import { defect } from '../iommu.ts';

export const iommufdP5 = defect({
  id: 'IFD-P5',
  title: 'the domain of a hwpt that could not replace another stays in the IOAS when it is freed',
  source: 'spec/cookies.md §8 M8; planted',
  class: 'planted',
  violates: 'use-after-free',
  trigger: 'replace by an IOAS, attach_dev fails; ioas_map',
  steps: {
    *iommufdHwptAbort(hwpt) {
      yield* this.iommufdHwptFree(hwpt);
      yield* this.iommufdObjectAbort(hwpt.entry, hwpt);
    },
  },
});
