// Where earlier kernels map and unmap differently by design: spec/iommu-core.md §2, §9, §10.

import { EINVAL, ENODEV } from '../../../errno.ts';
import { isPaging } from '../../../iommu/core/domain.ts';
import { Leaf } from '../../../iommu/core/leaf.ts';
import type { IommuInstance } from '../../../iommu/core/objects.ts';
import { entryIndex, entrySize, PageTable } from '../../../iommu/core/pageTable.ts';
import { aligned } from '../../../iommu/core/pgsize.ts';
import { divergence } from '../iommu.ts';

export const enodevFirst = divergence({
  id: 'CORE-D-ERRNO',
  title: 'iommu_map looks for the driver’s page sizes before the domain’s type',
  source: 'spec/iommu-core.md §2, order in 6.1',
  trigger: 'map of an identity domain whose driver has no page sizes',
  steps: {
    iommuMapCheck(domain, iova, pa, size) {
      const { pageSizes } = (domain.iommu ?? { pageSizes: [] }) as Pick<IommuInstance, 'pageSizes'>;
      if (pageSizes.length === 0) return ENODEV;
      if (!isPaging(domain.type)) return EINVAL;
      return aligned(pageSizes[0] as number, iova, pa, size) ? 0 : EINVAL;
    },
  },
});

export const syncMapVoid = divergence({
  id: 'CORE-D-SYNCMAP',
  title: 'iotlb_sync_map returns nothing: its failure is not told',
  source: 'spec/iommu-core.md §2, §9: int since 6.8',
  trigger: 'map while the driver cannot make it known',
  allows: ['ignoresSyncMap'],
  steps: {
    *iommuSyncMap(domain, iova, size) {
      if (size > 0) yield* this.opsIotlbSyncMap(domain, iova, size);
      return 0;
    },
  },
});

export const armSplits = divergence({
  id: 'CORE-D-SPLIT',
  title: 'io-pgtable-arm splits a block of which a part is unmapped',
  source: 'spec/iommu-core.md §10: up to 6.12',
  trigger: 'unmap of a part of a large page behind an SMMU',
  steps: {
    *radixClearInside(domain, { entry, size, level }, iova, pgsize, gather) {
      const { geometry, heap } = this.world;
      yield entry.readOnce;
      const block = entry.value;
      if (!(block instanceof Leaf)) return 0;
      if (domain.iommu?.driver !== 'arm') {
        yield entry.exchange;
        if (entry.value !== block) return 0;
        entry.value = null;
        yield* this.radixCleared(domain, gather, iova - (iova % size), size, block);
        return size;
      }
      if (yield* this.world.refuses('page_table')) return 0;
      yield this.world.env.local;
      const table = heap.create(PageTable, level - 1, iova - (iova % size));
      const part = entrySize(geometry, level - 1);
      const skipped = part === pgsize ? entryIndex(geometry, level - 1, iova) : -1;
      for (let i = 0; i < size / part; i++) {
        if (i === skipped) continue;
        yield table.at(i).writeOnce;
        table.at(i).value = block.with({ pa: block.pa + i * part, size: part });
      }
      yield entry.exchange;
      const raced = entry.value !== block;
      if (!raced) entry.value = table;
      else yield table.free;
      if (raced || part !== pgsize) return yield* this.radixClear(domain, iova, pgsize, gather);
      yield* this.iommuIotlbGatherAddPage(domain, gather, iova, pgsize);
      return pgsize;
    },
  },
});
