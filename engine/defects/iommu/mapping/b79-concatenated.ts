// io-pgtable-arm counts the entries of a run beyond the end of its table.

import { entrySize } from '../../../iommu/core/pageTable.ts';
import { defect } from '../iommu.ts';

export const b79 = defect({
  id: 'CORE-B79',
  title: 'a run of pages that ends in the next table is mapped in the first one only',
  source:
    'iommu/io-pgtable-arm: Fix stage-2 map/unmap for concatenated tables; spec/real-bugs.md 79',
  class: 'wrong index',
  violates: 'CORE-001',
  trigger: 'map of pages on both sides of a table’s end',
  steps: {
    *opsMapPages(domain, iova, pa, pgsize, count, protection) {
      if (domain.iommu?.driver === 'virtio')
        return yield* this.viommuMapPages(domain, iova, pa, pgsize, count, protection);
      const span = entrySize(this.world.geometry, 1);
      const left = Math.ceil((span - (iova % span)) / pgsize);
      const fits = domain.iommu?.driver === 'arm' ? Math.min(count, left) : count;
      const part = yield* this.radixMapPages(domain, iova, pa, pgsize, fits, protection);
      return part.ret === 0 ? { ret: 0, mapped: pgsize * count } : part;
    },
  },
});
