// iommu_split_block: blocks of a range become pages (spec/split-merge-dirty.md §2, §8). The core's loop
// first, then io-pgtable-arm.

import { EFAULT, EINVAL, ENODEV } from '../../errno.ts';
import type { Cell, Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import { Leaf } from '../core/leaf.ts';
import type { IommuInstance } from '../core/objects.ts';
import { type Entry, entryIndex, entrySize, PageTable } from '../core/pageTable.ts';
import { aligned } from '../core/pgsize.ts';
import type { IommuKernel } from '../kernel.ts';
import type { IommuGeometry } from '../vocabulary/index.ts';
import { chunksOf } from './chunks.ts';
import { mayWrite } from './leafState.ts';
import { countChunk, newTally, type Tally } from './tally.ts';

/** Only the SMMUv3 driver of the series has the operations, where it has HTTU and BBM levels. */
export const hasDirtyLog = ({ iommu }: IommuDomain): boolean =>
  iommu?.driver === 'arm' && iommu.spec.dirtyTracking === true;

/** domain->pgsize_bitmap, ascending. */
export const pageSizesOf = (domain: IommuDomain): readonly number[] =>
  (domain.iommu as IommuInstance).pageSizes;

export const smallestPage = (domain: IommuDomain): number => pageSizesOf(domain)[0] as number;

/** Whether a page table translates all addresses below `end`. */
export const withinReach = (root: PageTable, geometry: IommuGeometry, end: U64): boolean =>
  end <= entrySize(geometry, root.level + 1);

export class SplitSteps {
  *iommuSplitBlock(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    tally: Tally = newTally(),
  ): Steps<number> {
    if (!hasDirtyLog(domain)) return ENODEV;
    if (!aligned(smallestPage(domain), iova, size)) return EINVAL;
    if (size === 0) return 0;
    yield domain.contract.enter('split', iova, iova + size - 1);
    const ret = yield* this.splitChunks(domain, iova, size, tally);
    yield* this.flushAfterSplit(domain, tally, ret);
    yield domain.contract.leave('split', iova, iova + size - 1);
    return ret;
  }

  /** Chunk by chunk up to the first error; what is split stays so. */
  *splitChunks(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    tally: Tally,
  ): Steps<number> {
    let done = 0;
    for (const chunk of this.splitSteps(domain, iova, size)) {
      countChunk(tally, chunk);
      const ret = yield* this.opsSplitBlock(domain, iova + done, chunk);
      if (ret !== 0) return ret;
      done += chunk;
    }
    return 0;
  }

  /** The sizes of the chunks for a range. */
  splitSteps(this: IommuKernel, domain: IommuDomain, iova: U64, size: U64): Iterable<number> {
    return chunksOf(pageSizesOf(domain), iova, size);
  }

  /** The IOTLB may still hold the blocks, also of chunks before one that failed. */
  *flushAfterSplit(this: IommuKernel, domain: IommuDomain, tally: Tally, _ret: number): Steps {
    yield* this.dirtyFlush(domain, tally);
  }

  /** iommu_flush_iotlb_all, counted. */
  *dirtyFlush(this: IommuKernel, domain: IommuDomain, tally: Tally): Steps {
    tally.flushes++;
    yield* this.iommuFlushIotlbAll(domain);
  }

  /** arm_smmu_split_block: all of the chunk, or -EFAULT. */
  *opsSplitBlock(this: IommuKernel, domain: IommuDomain, iova: U64, size: U64): Steps<number> {
    yield domain.root.readOnce;
    const root = domain.root.value;
    if (root === null) return ENODEV;
    if (!withinReach(root, this.world.geometry, iova + size)) return EFAULT;
    if (size === smallestPage(domain)) return 0;
    return (yield* this.armLpaeSplitBlock(domain, root, iova, size)) ? 0 : EFAULT;
  }

  /** __arm_lpae_split_block: whether every page of the chunk is mapped, by leaves within it. */
  *armLpaeSplitBlock(
    this: IommuKernel,
    domain: IommuDomain,
    root: PageTable,
    iova: U64,
    size: U64,
  ): Steps<boolean> {
    const { geometry } = this.world;
    let table = root;
    for (;;) {
      const entry = table.at(entryIndex(geometry, table.level, iova));
      if (entrySize(geometry, table.level) === size)
        return yield* this.splitEntry(domain, entry, table.level, iova);
      yield entry.readOnce;
      const next = entry.value;
      if (!(next instanceof PageTable)) return this.splitBehind(next);
      table = next;
    }
  }

  /** A chunk within a block, or of a range without tables: neither can be split. */
  splitBehind(this: IommuKernel, _found: Leaf | null): boolean {
    return false;
  }

  /** Splits what an entry holds down to the last level; false: there is a hole. */
  *splitEntry(
    this: IommuKernel,
    domain: IommuDomain,
    entry: Cell<Entry>,
    level: number,
    iova: U64,
  ): Steps<boolean> {
    yield entry.readOnce;
    const found = entry.value;
    if (found === null) return this.splitBehind(found);
    if (found instanceof PageTable) return yield* this.splitTable(domain, found);
    if (level === 0 || !this.wantsSplit(found)) return true;
    const table = yield* this.splitLeaf(domain, entry, found, level, iova);
    if (table === null) return false;
    return table.level === 0 || (yield* this.splitTable(domain, table));
  }

  /** Clean blocks too: the next write would make all of one dirty. */
  wantsSplit(this: IommuKernel, leaf: Leaf): boolean {
    return mayWrite(leaf);
  }

  *splitTable(this: IommuKernel, domain: IommuDomain, table: PageTable): Steps<boolean> {
    const size = entrySize(this.world.geometry, table.level);
    if (table.level === 0) return yield* this.fullyMapped(table);
    for (let i = 0; i < 2 ** this.world.geometry.levelBits; i++) {
      const iova = table.iova + i * size;
      if (!(yield* this.splitEntry(domain, table.at(i), table.level, iova))) return false;
    }
    return true;
  }

  *fullyMapped(this: IommuKernel, table: PageTable): Steps<boolean> {
    for (let i = 0; i < 2 ** this.world.geometry.levelBits; i++) {
      const entry = table.at(i);
      yield entry.readOnce;
      if (entry.value === null) return this.splitBehind(null);
    }
    return true;
  }

  /**
   * Replaces a block by a table of next-level leaves that inherit everything; null: no memory.
   * Hardware may note a write in the block until the very moment: then the leaves are dirty as well.
   */
  *splitLeaf(
    this: IommuKernel,
    _domain: IommuDomain,
    entry: Cell<Entry>,
    leaf: Leaf,
    level: number,
    iova: U64,
  ): Steps<PageTable | null> {
    if (yield* this.world.refuses('page_table')) return null;
    yield this.world.env.local;
    const table = this.world.heap.create(PageTable, level - 1, iova);
    for (let block = leaf; ; ) {
      yield* this.fillTable(table, block);
      yield entry.exchange;
      const now = entry.value;
      if (now === block) {
        entry.value = table;
        return table;
      }
      if (!(now instanceof Leaf)) break;
      block = now;
    }
    yield table.free;
    return null;
  }

  /** The leaves that say what a block says. */
  *fillTable(this: IommuKernel, table: PageTable, block: Leaf): Steps {
    const count = 2 ** this.world.geometry.levelBits;
    const size = block.size / count;
    for (let i = 0; i < count; i++) {
      const entry = table.at(i);
      yield entry.writeOnce;
      entry.value = block.with({ pa: block.pa + i * size, size });
    }
  }
}
