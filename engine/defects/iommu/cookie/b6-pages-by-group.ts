// CKE-B6: since 6.14 the list of MSI pages is guarded by the mutex of the device's group only.

import { defect } from '../iommu.ts';

export const cookieB6 = defect({
  id: 'CKE-B6',
  title: 'two groups of one domain change its list of MSI pages at the same time',
  source:
    'spec/cookies.md §6, by inspection: VFIO attaches several groups to one domain; since 6.14',
  class: 'race',
  violates: 'data-race',
  trigger: 'attach two groups to a domain with an MSI cookie; prepare_msi || prepare_msi',
  steps: {
    *msiPageLocked(domain, cookie, granule, address) {
      return yield* this.iommuDmaGetMsiPage(domain, cookie, granule, address);
    },
  },
});
