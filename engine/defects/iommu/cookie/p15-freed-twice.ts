// CKE-P15: planted. A cookie goes with its pages, and then by itself.

import { defect } from '../iommu.ts';

export const cookieP15 = defect({
  id: 'CKE-P15',
  title: 'an MSI cookie is freed with its pages and once more by its owner',
  source: 'spec/cookies.md §7.5; planted',
  class: 'planted',
  violates: 'double-free',
  trigger: 'get_msi_cookie, domain_free',
  steps: {
    *iommuPutMsiCookie(domain) {
      const cookie = yield* this.msiCookieOf(domain);
      yield* this.freeMsiPages(cookie);
      yield cookie.free;
      yield cookie.free;
    },
  },
});
