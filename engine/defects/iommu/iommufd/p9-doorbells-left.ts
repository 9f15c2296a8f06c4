// IFD-P9: planted. A hwpt that replaces another does not get the doorbells.

import { defect } from '../iommu.ts';

export const iommufdP9 = defect({
  id: 'IFD-P9',
  title: 'after a replace the interrupts of the device are lost',
  source: 'spec/cookies.md §3; spec/iommu-core.md §6; planted',
  class: 'planted',
  violates: 'IFD-009',
  trigger: 'prepare_msi, replace',
  steps: {
    *iommufdGroupSetupMsi() {
      yield this.world.env.local;
      return 0;
    },
  },
});
