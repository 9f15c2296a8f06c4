// CKE-P11: planted. VFIO takes any failure of get_msi_cookie for CONFIG_IOMMU_DMA=n.

import { ENODEV, ENOMEM } from '../../../errno.ts';
import { defect } from '../iommu.ts';

export const cookieP11 = defect({
  id: 'CKE-P11',
  title: 'VFIO takes any failure of get_msi_cookie for CONFIG_IOMMU_DMA=n',
  source: 'spec/cookies.md §3, §7.11; planted',
  class: 'planted',
  violates: 'CKE-011',
  trigger: 'set_iommu of a group with a SW_MSI region, kzalloc fails',
  steps: {
    *iommuGetMsiCookie(domain, base) {
      const ret = yield* this.iommuGetMsiCookieOwned(domain, base);
      return ret === ENOMEM ? ENODEV : ret;
    },
  },
});
