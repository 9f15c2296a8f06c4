// CKE-P6: planted. A doorbell that is mapped already is not found.

import { defect } from '../iommu.ts';

export const cookieP6 = defect({
  id: 'CKE-P6',
  title: 'a doorbell that is mapped already is not found',
  source: 'spec/cookies.md §7.6, §11; planted',
  class: 'planted',
  violates: 'CKE-006',
  trigger: 'prepare_msi twice for one page',
  steps: {
    *msiPageFind(cookie) {
      yield cookie.msiPages.read;
      return null;
    },
  },
});
