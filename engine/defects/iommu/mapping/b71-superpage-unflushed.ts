// A large page takes the place of a table of small ones, which hardware has cached.

import { PageTable } from '../../../iommu/core/pageTable.ts';
import { defect } from '../iommu.ts';

export const b71 = defect({
  id: 'CORE-B71',
  title: 'a large page replaces a table that the paging-structure cache still leads to',
  source: 'iommu/vt-d: Force to flush iotlb before creating superpage; spec/real-bugs.md 71',
  class: 'stale IOTLB',
  violates: 'CORE-010',
  trigger: 'map 4K, DMA, unmap, map a large page over it',
  steps: {
    *radixReplaced(domain, old) {
      if (old instanceof PageTable) yield* this.radixFreeDetached(domain, old);
    },
  },
});
