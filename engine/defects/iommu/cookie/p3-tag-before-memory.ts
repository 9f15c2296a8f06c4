// CKE-P3: planted. The tag is stored before there is memory for the cookie, and stays.

import { EEXIST, EINVAL, ENOMEM } from '../../../errno.ts';
import { defect } from '../iommu.ts';

export const cookieP3 = defect({
  id: 'CKE-P3',
  title: 'the tag is stored before there is memory for the cookie, and stays',
  source: 'spec/cookies.md §8 M4; planted',
  class: 'planted',
  violates: 'CKE-003',
  trigger: 'get_msi_cookie, kzalloc fails',
  steps: {
    *iommuGetMsiCookieOwned(domain, base) {
      if (domain.type !== 'unmanaged') return EINVAL;
      if (yield* this.cookieTaken(domain)) return EEXIST;
      yield* this.cookieTag(domain, 'dmaMsi');
      if (yield* this.world.refuses('kzalloc')) return ENOMEM;
      yield* this.msiCookiePublish(domain, base);
      return 0;
    },
  },
});
