// CKE-P5: planted. Domain_free forgets the mm of an SVA domain.

import { defect } from '../iommu.ts';

export const cookieP5 = defect({
  id: 'CKE-P5',
  title: 'domain_free forgets the mm of an SVA domain',
  source: 'spec/cookies.md §7.5; planted',
  class: 'planted',
  violates: 'CKE-005',
  trigger: 'sva_domain_alloc, domain_free',
  steps: {
    *svaMmdrop(domain) {
      yield domain.cookie.readOnce;
    },
  },
});
