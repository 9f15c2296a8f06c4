// Mistakes that the series does not have, planted so that every rule is seen to be checked.

import { Leaf } from '../../../iommu/core/leaf.ts';
import { PageTable } from '../../../iommu/core/pageTable.ts';
import { smallestPage } from '../../../iommu/dirty/split.ts';
import { dirtyFlags } from '../../../iommu/vfio/type1/dirty.ts';
import { defect } from '../iommu.ts';

const planted = { class: 'planted' } as const;
const source = (n: number) => `planted; spec/split-merge-dirty.md §4.${n}`;

/** Split removes the block before its table is there. */
export const breakBeforeMake = defect({
  ...planted,
  id: 'DRT-P1',
  title: 'split leaves the range unmapped for a moment',
  source: source(1),
  violates: 'DRT-001',
  trigger: 'split, preempted between the two stores; a look-up',
  steps: {
    *splitLeaf(_domain, entry, leaf, level, iova) {
      yield this.world.env.local;
      const table = this.world.heap.create(PageTable, level - 1, iova);
      yield entry.exchange;
      const block = entry.value;
      entry.value = null;
      yield* this.fillTable(table, block instanceof Leaf ? block : leaf);
      yield entry.writeOnce;
      entry.value = table;
      return table;
    },
  },
});

/** A split that fails returns at once. */
export const failsUnflushed = defect({
  ...planted,
  id: 'DRT-P3',
  title: 'a split that fails does not flush what it has split',
  source: source(3),
  violates: 'DRT-003',
  trigger: 'split of two blocks, no memory for the second table',
  steps: {
    *flushAfterSplit(domain, tally, ret) {
      if (ret === 0) yield* this.dirtyFlush(domain, tally);
    },
  },
});

/** Sync asks the driver page by page. */
export const smallSteps = defect({
  ...planted,
  id: 'DRT-P5',
  title: 'sync takes the smallest steps',
  source: source(5),
  violates: 'DRT-005',
  trigger: 'sync of a range in which a larger leaf fits',
  steps: {
    *syncSteps(domain, _iova, size) {
      const page = smallestPage(domain);
      for (let done = 0; done < size; done += page) yield page;
    },
  },
});

/** The page is clean in the table and dirty in the IOTLB: the next write is noted nowhere. */
export const clearUnflushed = defect({
  ...planted,
  id: 'DRT-P7',
  title: 'clear does not flush',
  source: source(7),
  violates: 'DRT-007',
  trigger: 'a write, sync, clear, another write, sync',
  steps: {
    *flushAfterClear() {},
  },
});

/** The table is stored over whatever the entry says by now. */
export const splitForgets = defect({
  ...planted,
  id: 'DRT-P7B',
  title: 'split overwrites a write that hardware has just noted in the block',
  source: source(7),
  violates: 'DRT-007',
  trigger: 'split of a clean block, preempted before its last store; a write; sync',
  steps: {
    *splitLeaf(_domain, entry, leaf, level, iova) {
      yield this.world.env.local;
      const table = this.world.heap.create(PageTable, level - 1, iova);
      yield* this.fillTable(table, leaf);
      yield entry.writeOnce;
      entry.value = table;
      return table;
    },
  },
});

/** What hardware notes in a table that is replaced already goes with it. */
export const mergeForgets = defect({
  ...planted,
  id: 'DRT-P7C',
  title: 'merge drops a write that hardware has noted in the table meanwhile',
  source: source(7),
  violates: 'DRT-007',
  trigger: 'merge of clean pages, preempted before the block is stored; a write; sync',
  steps: {
    *settleMerged(_domain, { table }) {
      yield table.free;
    },
  },
});

/** One bit is enough for a whole block. */
export const clearsPartly = defect({
  ...planted,
  id: 'DRT-P8',
  title: 'clear makes a block clean of which only one page is cleared',
  source: source(8),
  violates: 'DRT-008',
  trigger: 'clear of one page of a block',
  steps: {
    clearsLeaf() {
      return true;
    },
  },
});

/** START of VFIO's log notes the mappings under vfio_iommu->lock, and has them split after it. */
export const startUnlocked = defect({
  ...planted,
  id: 'DRT-P9',
  title: 'VFIO starts the log of its domains after it has dropped its lock',
  source: 'planted; spec/split-merge-dirty.md §3 R1, §4.11, §5 D9',
  violates: 'unserialised',
  trigger: 'START of the dirty log, preempted while it splits; UNMAP',
  steps: {
    *vfioIommuType1DirtyPages(iommu, op) {
      yield iommu.lock.lock;
      const result = yield* this.type1DirtyLocked(iommu, op);
      yield iommu.domainList.read;
      const domains = iommu.domainList.value.items;
      yield iommu.dmaList.read;
      const dmas = iommu.dmaList.value.items;
      yield iommu.lock.unlock;
      if (op.flags !== dirtyFlags.start || result.ret !== 0) return result;
      for (const { domain } of domains)
        for (const { iova, size, prot } of dmas)
          yield* this.iommuSwitchDirtyLog(domain, true, iova, size, prot);
      return result;
    },
  },
});

/** The last flush of a merge is left out. */
export const mergeUnflushed = defect({
  ...planted,
  id: 'DRT-P10',
  title: 'merge does not flush before it frees',
  source: source(10),
  violates: 'DRT-010',
  trigger: 'an access, merge',
  steps: {
    *flushAfterMerge() {},
  },
});
