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
    *radixMapRun(domain, iova, { pa, size, ...rest }, count) {
      const span = entrySize(this.world.geometry, 1);
      const fits = Math.ceil((span - (iova % span)) / size);
      const here = domain.iommu?.driver === 'arm' ? Math.min(count, fits) : count;
      for (let mapped = 0; mapped < here * size; mapped += size) {
        const at = iova + mapped;
        const entry = yield* this.radixInstall(domain, at, size);
        if (entry === null) return { ret: -12, mapped };
        const fresh = this.newLeaf(domain, { pa: pa + mapped, size, ...rest });
        const ret = yield* this.radixStore(domain, entry, at, fresh);
        if (ret !== 0) return { ret, mapped };
      }
      return { ret: 0, mapped: count * size };
    },
  },
});
