// Mistakes that Linux does not have as far as is known, planted so that every rule is seen to be checked.

import { isPaging } from '../../../iommu/core/domain.ts';
import { addRange, newGather } from '../../../iommu/core/gather.ts';
import type { IommuInstance } from '../../../iommu/core/objects.ts';
import { PageTable } from '../../../iommu/core/pageTable.ts';
import { aligned } from '../../../iommu/core/pgsize.ts';
import { defect } from '../iommu.ts';

const planted = { class: 'planted' } as const;
const source = (n: number) => `planted; spec/iommu-core.md §7.${n}`;

export const noRollback = defect({
  ...planted,
  id: 'CORE-P1',
  title: 'a map that fails leaves what it has mapped',
  source: source(1),
  violates: 'CORE-001',
  trigger: 'map of several pieces, no memory for a table of a later one',
  steps: {
    *iommuMapRollback() {},
  },
});

export const plainInstall = defect({
  ...planted,
  id: 'CORE-P2',
  title: 'a table is installed by a plain store',
  source: `${source(1)}, §8`,
  violates: 'CORE-001',
  trigger: 'two maps that need the same table, side by side',
  steps: {
    *radixInstallTable(entry, table, iova) {
      if (yield* this.world.refuses('page_table')) return null;
      const size = 2 ** (12 + table.level * this.world.geometry.levelBits);
      yield this.world.env.local;
      const fresh = this.world.heap.create(PageTable, table.level - 1, iova - (iova % size));
      yield entry.writeOnce;
      entry.value = fresh;
      return fresh;
    },
  },
});

export const oneChunk = defect({
  ...planted,
  id: 'CORE-P3',
  title: 'iommu_unmap asks the driver once',
  source: source(2),
  violates: 'CORE-002',
  trigger: 'unmap of small pages and a large one',
  steps: {
    *iommuUnmapFast(domain, iova, size, gather) {
      if (!isPaging(domain.type)) return 0;
      const { pageSizes } = domain.iommu as IommuInstance;
      if (!aligned(pageSizes[0] as number, iova, size) || size === 0) return 0;
      const { pgsize, count } = this.iommuPgsize(pageSizes, iova, iova, size);
      return yield* this.opsUnmapPages(domain, iova, pgsize, count, gather);
    },
  },
});

export const noFlush = defect({
  ...planted,
  id: 'CORE-P4',
  title: 'the driver forgets to invalidate what a sync is for',
  source: source(3),
  violates: 'CORE-003',
  trigger: 'map, DMA, unmap',
  steps: {
    *opsIotlbSync() {
      yield this.world.env.local;
    },
  },
});

export const noDrain = defect({
  ...planted,
  id: 'CORE-P5',
  title: 'an invalidation does not wait for transactions in flight',
  source: source(3),
  violates: 'CORE-003',
  trigger: 'unmap and free a page while a device writes to it',
  steps: {
    *hwDrain() {},
  },
});

export const unpinsTwice = defect({
  ...planted,
  id: 'CORE-P6',
  title: 'unpinning drops two references',
  source: source(4),
  violates: 'CORE-004',
  trigger: 'pin a page, unpin it',
  steps: {
    *unpinPage(page) {
      yield page.pins.dec;
      yield page.pins.dec;
    },
  },
});

export const narrowGather = defect({
  ...planted,
  id: 'CORE-P7',
  title: 'a gather that is extended forgets its beginning',
  source: source(10),
  violates: 'CORE-010',
  trigger: 'two unmaps that are far apart, one sync',
  steps: {
    *iommuIotlbGatherAddPage(_domain, gather, iova, size) {
      yield this.world.env.local;
      Object.assign(gather, { ...newGather(gather.queued), freelist: gather.freelist });
      gather.pgsize = size;
      addRange(gather, iova, size);
    },
  },
});

export const earlyFree = defect({
  ...planted,
  id: 'CORE-P8',
  title: 'a table is freed when it is unlinked, not after the sync',
  source: source(10),
  violates: 'CORE-010',
  trigger: 'DMA, then unmap of all that a table translates, not yet synced',
  steps: {
    *radixCleared(domain, gather, iova, size, old) {
      yield* this.iommuIotlbGatherAddPage(domain, gather, iova, size);
      if (old instanceof PageTable) yield* this.radixFreeDetached(domain, old);
    },
  },
});

export const leavesOnly = defect({
  ...planted,
  id: 'CORE-P9',
  title: 'a sync invalidates leaves only although tables go',
  source: source(10),
  violates: 'CORE-010',
  trigger: 'DMA, then unmap of all that a table translates',
  steps: {
    *opsIotlbSync(domain, gather) {
      if (gather.start > gather.end) return;
      yield domain.tlb.invalidate(gather.start, gather.end, 'leaves');
      yield* this.hwDrain(domain);
    },
  },
});

export const iovaFirst = defect({
  ...planted,
  id: 'CORE-P10',
  title: 'a strict dma_unmap frees the IOVA and does not sync',
  source: source(13),
  violates: 'CORE-013',
  trigger: 'dma_map, DMA, dma_unmap',
  steps: {
    *iommuDmaSync(domain, gather) {
      yield* this.iommuPutPagesList(domain, gather.freelist.splice(0));
    },
  },
});

export const roundsUnmap = defect({
  ...planted,
  id: 'CORE-P11',
  title: 'iommu_unmap rounds a misaligned size instead of refusing it',
  source: source(15),
  violates: 'CORE-015',
  trigger: 'unmap of a page and a half',
  steps: {
    *iommuUnmapFast(domain, iova, size, gather) {
      if (!isPaging(domain.type)) return 0;
      const { pageSizes } = domain.iommu as IommuInstance;
      const smallest = pageSizes[0] as number;
      const end = Math.floor((iova + size) / smallest) * smallest;
      let unmapped = 0;
      while (iova + unmapped < end) {
        const at = iova + unmapped;
        const { pgsize, count } = this.iommuPgsize(pageSizes, at, at, end - at);
        const done = yield* this.opsUnmapPages(domain, at, pgsize, count, gather);
        if (done === 0) break;
        unmapped += done;
      }
      return unmapped;
    },
  },
});

export const backAgain = defect({
  ...planted,
  id: 'CORE-P12',
  title: 'an entry that is unmapped is there again for a moment',
  source: 'planted; spec/iommu-core.md §8',
  violates: 'CON-103',
  trigger: 'two look-ups, one after the other, while a page is unmapped',
  steps: {
    *radixClear(domain, iova, pgsize, gather) {
      const found = yield* this.radixFind(domain, iova, pgsize);
      if (found === null) return 0;
      const { entry, size, level } = found;
      if (size > pgsize) return yield* this.radixClearInside(domain, found, iova, pgsize, gather);
      yield entry.exchange;
      const there = entry.value;
      if (there === null) return this.radixHole(domain, level, size, pgsize);
      entry.value = null;
      yield entry.writeOnce;
      entry.value = there;
      yield entry.writeOnce;
      entry.value = null;
      yield* this.radixCleared(domain, gather, iova, size, there);
      return size;
    },
  },
});
