// CKE-P7: planted. An MSI IOVA that could not be mapped is not given back.

import { defect } from '../iommu.ts';

export const cookieP7 = defect({
  id: 'CKE-P7',
  title: 'an MSI IOVA that could not be mapped is not given back',
  source: 'spec/cookies.md §7.7, §12.2; planted',
  class: 'planted',
  violates: 'CKE-007',
  trigger: 'prepare_msi, map_pages fails',
  steps: {
    *msiFreeIova(_domain, cookie) {
      yield cookie.msiPages.read;
    },
  },
});
