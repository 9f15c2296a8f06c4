// The DMA API takes the error of a mapping for a length.

import { defect } from '../iommu.ts';

export const b14 = defect({
  id: 'CORE-B14',
  title: 'the DMA API compares an error as an unsigned length: a failed mapping counts as done',
  source: 'iommu/dma: Fix iova map result check bug (5.18.3); spec/real-bugs.md 14',
  class: 'lost error',
  violates: 'CORE-001',
  trigger: 'dma_map while the driver refuses to map',
  steps: {
    *iommuDmaMapIova(domain, iova, pa, bytes) {
      yield* this.iommuMap(domain, iova, pa, bytes, 7);
      return 0;
    },
  },
});
