// CKE-P1: planted. Iommufd gets a second MSI cookie for a hwpt, and the first is lost.

import { iommufdE1, startOfAnotherCookie } from './b3-iommufd-msi-cookie.ts';
import { defect } from '../iommu.ts';

export const cookieP1 = defect({
  id: 'CKE-P1',
  title: 'iommufd gets a second MSI cookie for a hwpt, and the first is lost',
  source: 'spec/cookies.md §8 M1 and M7; planted',
  class: 'planted',
  violates: 'CKE-001',
  trigger: 'attach two groups with SW_MSI regions to one hwpt',
  steps: {
    ...iommufdE1,
    *iommufdGroupSetupMsi(igroup, hwpt) {
      const start = yield* startOfAnotherCookie(igroup, hwpt);
      if (start < 0) return 0;
      yield* this.msiCookiePublish(yield* this.iommufdDomainOf(hwpt), start);
      return 0;
    },
  },
});
