// CKE-P14: planted. The tag of an attached domain is published before its cookie.

import { MsiCookie } from '../../../iommu/cookie/objects.ts';
import { defect } from '../iommu.ts';

export const cookieP14 = defect({
  id: 'CKE-P14',
  title: 'the tag of an attached domain is published before its cookie',
  source: 'spec/cookies.md §8 M4; planted',
  class: 'planted',
  violates: 'bug',
  trigger: 'attach; get_msi_cookie || prepare_msi',
  steps: {
    *msiCookiePublish(domain, base) {
      yield* this.cookieTag(domain, 'dmaMsi');
      yield domain.cookie.writeOnce;
      domain.cookie.value = this.world.heap.create(MsiCookie, domain, base);
    },
  },
});
