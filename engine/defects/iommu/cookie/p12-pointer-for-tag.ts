// CKE-P12: planted. Domain_free takes any pointer in the union for an IOVA cookie.

import { defect } from '../iommu.ts';

export const cookieP12 = defect({
  id: 'CKE-P12',
  title: 'domain_free takes any pointer in the union for an IOVA cookie',
  source: 'spec/cookies.md §8 M2; planted',
  class: 'planted',
  violates: 'bug',
  trigger: 'hwpt_alloc, hwpt_destroy',
  steps: {
    *iommuPutCookie(domain) {
      yield domain.cookie.readOnce;
      if (domain.cookie.value !== null) yield* this.iommuPutDmaCookie(domain);
    },
  },
});
