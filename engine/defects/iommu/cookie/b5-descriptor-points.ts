// CKE-B5: until 6.14 an interrupt's descriptor points at the page of the domain's list.

import { ENOMEM } from '../../../errno.ts';
import { defect } from '../iommu.ts';

export const cookieB5 = defect({
  id: 'CKE-B5',
  title: 'a message is composed from an MSI page that was freed with its domain',
  source:
    'spec/cookies.md §11; “genirq/msi: Store the IOMMU IOVA directly in msi_desc instead of ' +
    'iommu_cookie” (6.14, 6.12.3x)',
  class: 'use after free',
  violates: 'use-after-free',
  trigger: 'prepare_msi, detach_group, domain_free, compose_msi',
  steps: {
    *msiDescSetPage(device, page) {
      const desc = this.world.cookies.desc(device);
      yield desc.page.writeOnce;
      desc.page.value = page;
      return page === null ? ENOMEM : 0;
    },
    *msiMsgSetAddr(desc, address) {
      yield desc.page.readOnce;
      const page = desc.page.value;
      if (page === null) return address;
      // The address is read from the page: it must still be one.
      yield page.next.readOnce;
      return page.iova + (address % 2 ** this.world.geometry.pageShift);
    },
  },
});
