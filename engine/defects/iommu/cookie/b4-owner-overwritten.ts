// CKE-B4: as proposed in seed 004, private_data_owner is recorded and never asked for.

import { EEXIST, EINVAL, ENOMEM } from '../../../errno.ts';
import { IovaCookie, MsiCookie } from '../../../iommu/cookie/objects.ts';
import { Hwpt } from '../../../iommu/iommufd/objects.ts';
import { defect } from '../iommu.ts';

export const cookieB4 = defect({
  id: 'CKE-B4',
  title: 'get_msi_cookie makes iommufd’s domain dma-iommu’s: its owner is overwritten',
  source: 'seed 004; spec/cookies.md §1 E2′, §2, §5, §10; real-bugs.md K1',
  class: 'missing check',
  violates: 'CKE-012',
  trigger: 'attach a device to an IOAS; get_msi_cookie of its domain',
  steps: {
    *iommufdTagDomain(domain, hwpt) {
      yield domain.iommufdHwpt.writeOnce;
      domain.iommufdHwpt.value = hwpt;
      yield* this.cookieTag(domain, 'iommufd');
    },
    *iommuGetDmaCookieOwned(domain) {
      yield domain.cookie.readOnce;
      if (domain.cookie.value !== null) return EEXIST;
      if (yield* this.world.refuses('kzalloc')) return ENOMEM;
      yield domain.cookie.writeOnce;
      domain.cookie.value = this.world.heap.create(IovaCookie, domain);
      yield* this.cookieTag(domain, 'dmaIova');
      return 0;
    },
    *iommuGetMsiCookieOwned(domain, base) {
      if (domain.type !== 'unmanaged') return EINVAL;
      // The hwpt is in another union: that this pointer is NULL says nothing of the owner.
      yield domain.cookie.readOnce;
      if (domain.cookie.value !== null) return EEXIST;
      if (yield* this.world.refuses('kzalloc')) return ENOMEM;
      yield domain.cookie.writeOnce;
      domain.cookie.value = this.world.heap.create(MsiCookie, domain, base);
      yield* this.cookieTag(domain, 'dmaMsi');
      return 0;
    },
    *iommufdSwMsi(domain, device, address) {
      yield domain.iommufdHwpt.readOnce;
      const hwpt = domain.iommufdHwpt.value;
      return hwpt instanceof Hwpt ? yield* this.iommufdSwMsiOf(hwpt, device, address) : 0;
    },
  },
});
