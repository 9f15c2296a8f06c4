// CKE-B7: before ac9a5d522bb8 two devices of a group initialise their IOVA domain side by side.

import { defect } from '../iommu.ts';

export const cookieB7 = defect({
  id: 'CKE-B7',
  title: 'a second device initialises the IOVA allocator that is in use already',
  source:
    'iommu/dma: Fix race condition during iova_domain initialization (ac9a5d522bb8); real-bugs.md 15',
  class: 'race on initialisation',
  violates: 'CKE-009',
  trigger: 'setup_dma_ops(A), prepare_msi(A) || setup_dma_ops(B)',
  steps: {
    *iommuSetupDmaOps(group, device) {
      yield group.domain.readOnce;
      const domain = group.domain.value;
      const dma = domain?.type === 'dma' || domain?.type === 'dmaFq';
      return domain !== null && dma ? yield* this.iommuDmaInitDomain(domain, device) : 0;
    },
    *iommuDmaInitLocked(cookie, granule, base, end, device) {
      return yield* this.initIovaDomain(cookie, granule, base, end, device);
    },
  },
});
