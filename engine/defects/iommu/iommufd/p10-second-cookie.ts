// IFD-P10: planted. In era E1, iommufd forgets that a hwpt has its MSI cookie.

import { iommufdE1, startOfAnotherCookie } from '../cookie/b3-iommufd-msi-cookie.ts';
import { defect } from '../iommu.ts';

export const iommufdP10 = defect({
  id: 'IFD-P10',
  title: 'the second group that attaches a hwpt gets -EEXIST',
  source: 'spec/cookies.md §8 M7; planted',
  class: 'planted',
  violates: 'IFD-015',
  trigger: 'attach two groups with SW_MSI regions to one hwpt',
  steps: {
    ...iommufdE1,
    *iommufdGroupSetupMsi(igroup, hwpt) {
      const start = yield* startOfAnotherCookie(igroup, hwpt);
      if (start < 0) return 0;
      return yield* this.iommuGetMsiCookie(yield* this.iommufdDomainOf(hwpt), start);
    },
  },
});
