// CKE-P4: planted. Get_msi_cookie takes domains of any type.

import { EEXIST, ENOMEM } from '../../../errno.ts';
import { defect } from '../iommu.ts';

export const cookieP4 = defect({
  id: 'CKE-P4',
  title: 'get_msi_cookie takes domains of any type',
  source: 'spec/cookies.md §7.4; planted',
  class: 'planted',
  violates: 'CKE-004',
  trigger: 'get_msi_cookie of an identity domain',
  steps: {
    *iommuGetMsiCookieOwned(domain, base) {
      if (yield* this.cookieTaken(domain)) return EEXIST;
      if (yield* this.world.refuses('kzalloc')) return ENOMEM;
      yield* this.msiCookiePublish(domain, base);
      return 0;
    },
  },
});
