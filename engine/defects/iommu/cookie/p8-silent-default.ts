// CKE-P8: planted. Prepare_msi of a domain without a cookie is 0, and nothing is mapped.

import { defect } from '../iommu.ts';

export const cookieP8 = defect({
  id: 'CKE-P8',
  title: 'prepare_msi of a domain without a cookie is 0, and nothing is mapped',
  source: 'spec/cookies.md §8 M9; planted',
  class: 'planted',
  violates: 'CKE-008',
  trigger: 'attach an UNMANAGED domain, prepare_msi',
  steps: {
    *iommuSwMsi(domain, device, address) {
      yield domain.cookieType.readOnce;
      const tag = domain.cookieType.value;
      if (tag === 'dmaMsi' || tag === 'dmaIova')
        return yield* this.iommuDmaSwMsi(domain, device, address);
      return tag === 'iommufd' ? yield* this.iommufdSwMsi(domain, device, address) : 0;
    },
  },
});
