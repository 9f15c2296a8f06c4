// CKE-B2: until 6.13 prepare_msi looks at the device's domain without the group's mutex.

import { ENOMEM } from '../../../errno.ts';
import { IovaCookie, MsiCookie } from '../../../iommu/cookie/objects.ts';
import { defect } from '../iommu.ts';

export const cookieB2 = defect({
  id: 'CKE-B2',
  title: 'prepare_msi uses a domain that is freed as the group goes to another',
  source: 'spec/cookies.md §2, §6, §12.7; in Linux up to 6.13',
  class: 'use after free',
  violates: 'use-after-free',
  trigger: 'prepare_msi || detach_group, domain_free',
  allows: ['msiWithoutCookie'],
  steps: {
    *iommuDmaPrepareMsi(device, address) {
      yield device.group.readOnce;
      const group = device.group.value;
      if (group === null) return 0;
      // iommu_get_domain_for_dev(): valid as long as nobody attaches another.
      yield group.domain.readOnce;
      const domain = group.domain.value;
      const desc = this.world.cookies.desc(device);
      if (domain === null) return 0;
      yield domain.cookie.readOnce;
      const cookie = domain.cookie.value;
      if (!(cookie instanceof IovaCookie) && !(cookie instanceof MsiCookie)) {
        yield* this.msiDescSetIommuMsiIova(desc, 0, 0);
        return 0;
      }
      const { msiPrepareLock } = this.world.cookies.dmaIommu;
      const granule = yield* this.cookieMsiGranule(cookie);
      yield msiPrepareLock.lock;
      const page = yield* this.iommuDmaGetMsiPage(domain, cookie, granule, address);
      yield msiPrepareLock.unlock;
      if (page === null) return ENOMEM;
      yield* this.msiDescSetIommuMsiIova(desc, page.iova, Math.log2(granule));
      return 0;
    },
  },
});
