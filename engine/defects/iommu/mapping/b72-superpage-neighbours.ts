// switch_to_super_page clears one large page too many.

import { entryIndex, entrySize, PageTable } from '../../../iommu/core/pageTable.ts';
import { defect } from '../iommu.ts';

export const b72 = defect({
  id: 'CORE-B72',
  title: 'mapping large pages tears down the small ones behind them',
  source:
    'iommu/vt-d: Fix __domain_mapping()’s usage of switch_to_super_page(); spec/real-bugs.md 72',
  class: 'corrupted mapping',
  violates: 'CORE-009',
  trigger: 'map a large page in front of mapped small ones',
  steps: {
    *opsMapPages(domain, iova, pa, pgsize, count, protection) {
      const { geometry } = this.world;
      if (domain.iommu?.driver === 'virtio')
        return yield* this.viommuMapPages(domain, iova, pa, pgsize, count, protection);
      const part = yield* this.radixMapPages(domain, iova, pa, pgsize, count, protection);
      if (pgsize === entrySize(geometry, 0)) return part;
      const behind = iova + part.mapped;
      yield domain.root.readOnce;
      let table = domain.root.value;
      while (table !== null && entrySize(geometry, table.level) > pgsize) {
        const next = table.at(entryIndex(geometry, table.level, behind));
        yield next.readOnce;
        table = next.value instanceof PageTable ? next.value : null;
      }
      if (table === null) return part;
      const entry = table.at(entryIndex(geometry, table.level, behind));
      yield entry.exchange;
      const there = entry.value;
      if (!(there instanceof PageTable)) return part;
      entry.value = null;
      yield* this.radixReplaced(domain, there, behind, pgsize);
      return part;
    },
  },
});
