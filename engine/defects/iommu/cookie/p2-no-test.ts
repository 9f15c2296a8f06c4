// CKE-P2: planted. Get_msi_cookie does not ask whether the domain has a cookie.

import { EINVAL, ENOMEM } from '../../../errno.ts';
import { defect } from '../iommu.ts';

export const cookieP2 = defect({
  id: 'CKE-P2',
  title: 'get_msi_cookie does not ask whether the domain has a cookie',
  source: 'spec/cookies.md §8 M1; planted',
  class: 'planted',
  violates: 'CKE-002',
  trigger: 'get_msi_cookie twice',
  steps: {
    *iommuGetMsiCookieOwned(domain, base) {
      if (domain.type !== 'unmanaged') return EINVAL;
      if (yield* this.world.refuses('kzalloc')) return ENOMEM;
      yield* this.msiCookiePublish(domain, base);
      return 0;
    },
  },
});
