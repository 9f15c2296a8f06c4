// CKE-P13: planted. An MSI cookie is put as an IOVA cookie.

import { defect } from '../iommu.ts';

export const cookieP13 = defect({
  id: 'CKE-P13',
  title: 'an MSI cookie is put as an IOVA cookie',
  source: 'spec/cookies.md §8 M3; planted',
  class: 'planted',
  violates: 'bug',
  trigger: 'get_msi_cookie, domain_free',
  steps: {
    *iommuPutMsiCookie(domain) {
      yield* this.iommuPutDmaCookie(domain);
    },
  },
});
