// iommu_merge_page: pages of a range become blocks (spec/split-merge-dirty.md §2, §8). The core's loop
// first, then io-pgtable-arm. A table that a block replaces is freed after the flush.

import { EFAULT, EINVAL, ENODEV } from '../../errno.ts';
import type { Cell, Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import { Leaf, prot } from '../core/leaf.ts';
import { type Entry, entryIndex, entrySize, PageTable } from '../core/pageTable.ts';
import { aligned } from '../core/pgsize.ts';
import type { IommuKernel } from '../kernel.ts';
import { chunkAt } from './chunks.ts';
import { common, consecutive, isDirty } from './leafState.ts';
import { hasDirtyLog, pageSizesOf, smallestPage, withinReach } from './split.ts';
import { countChunk, newTally, type Tally } from './tally.ts';

/** A table that a block has replaced, and the entry with the block. */
export interface Detached {
  readonly entry: Cell<Entry>;
  readonly table: PageTable;
}

export class MergeSteps {
  *iommuMergePage(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    protection: number,
    tally: Tally = newTally(),
  ): Steps<number> {
    const refused = this.mergeChecks(domain, iova, size);
    if (refused !== 0 || size === 0) return refused;
    yield domain.contract.enter('merge', iova, iova + size - 1);
    const detached: Detached[] = [];
    const ret = yield* this.mergeRuns(domain, iova, size, protection, detached, tally);
    yield* this.flushAfterMerge(domain, tally);
    for (const part of detached) yield* this.settleMerged(domain, part);
    yield domain.contract.leave('merge', iova, iova + size - 1);
    return ret;
  }

  /** As of split: merging must not run past its range. */
  mergeChecks(this: IommuKernel, domain: IommuDomain, iova: U64, size: U64): number {
    if (!hasDirtyLog(domain)) return ENODEV;
    return aligned(smallestPage(domain), iova, size) ? 0 : EINVAL;
  }

  /** Run by run of physically contiguous pages, up to the first error. */
  *mergeRuns(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    protection: number,
    detached: Detached[],
    tally: Tally,
  ): Steps<number> {
    for (let done = 0; done < size; ) {
      const run = yield* this.mergeRun(domain, iova + done, size - done);
      if (run === null) return EFAULT;
      for (let at = 0; at < run.size; ) {
        const chunk = chunkAt(pageSizesOf(domain), run.size - at, iova + done + at, run.pa + at);
        countChunk(tally, chunk);
        const from = iova + done + at;
        const ret = yield* this.opsMergePage(
          domain,
          from,
          run.pa + at,
          chunk,
          protection,
          detached,
        );
        if (ret !== 0) return ret;
        at += chunk;
      }
      done += run.size;
    }
    return 0;
  }

  /** The physically contiguous pages from an address on, at most `most` bytes; null: a hole. */
  *mergeRun(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    most: number,
  ): Steps<{ pa: U64; size: number } | null> {
    const step = smallestPage(domain);
    const pa = yield* this.mergeLookUp(domain, iova);
    if (pa === null) return null;
    let size = step;
    while (size < most && (yield* this.mergeLookUp(domain, iova + size)) === pa + size)
      size += step;
    return { pa, size };
  }

  /** The physical address behind an IOVA; null: nothing is mapped, which 0 would not say. */
  *mergeLookUp(this: IommuKernel, domain: IommuDomain, iova: U64): Steps<U64 | null> {
    const entry = yield* this.radixWalk(domain, iova);
    if (entry === null) return null;
    yield entry.readOnce;
    const leaf = entry.value;
    return leaf instanceof Leaf ? leaf.pa + (iova % leaf.size) : null;
  }

  *flushAfterMerge(this: IommuKernel, domain: IommuDomain, tally: Tally): Steps {
    yield* this.dirtyFlush(domain, tally);
  }

  /** arm_smmu_merge_page. */
  *opsMergePage(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pa: U64,
    size: U64,
    protection: number,
    detached: Detached[],
  ): Steps<number> {
    yield domain.root.readOnce;
    const root = domain.root.value;
    if (root === null) return ENODEV;
    if (!withinReach(root, this.world.geometry, iova + size)) return EFAULT;
    if ((protection & (prot.read | prot.write)) === 0 || size === smallestPage(domain)) return 0;
    const { geometry } = this.world;
    let table = root;
    for (;;) {
      const entry = table.at(entryIndex(geometry, table.level, iova));
      yield entry.readOnce;
      const next = entry.value;
      if (next === null) return EFAULT;
      if (next instanceof Leaf) return 0;
      if (entrySize(geometry, table.level) === size)
        return (yield* this.mergeTable(entry, next, pa, protection, detached)) ? 0 : EFAULT;
      table = next;
    }
  }

  /** Merges a table and those below it, from the last level up; false: there is a hole. */
  *mergeTable(
    this: IommuKernel,
    entry: Cell<Entry>,
    table: PageTable,
    pa: U64,
    protection: number,
    detached: Detached[],
  ): Steps<boolean> {
    const count = 2 ** this.world.geometry.levelBits;
    const part = entrySize(this.world.geometry, table.level);
    const found: Entry[] = [];
    for (let i = 0; i < count; i++) {
      const child = table.at(i);
      yield child.readOnce;
      const below = child.value;
      if (below === null && !this.mergesHoles()) return false;
      if (below instanceof PageTable) {
        const from = pa + i * part;
        if (!(yield* this.mergeTable(child, below, from, protection, detached))) return false;
        yield child.readOnce;
      }
      found.push(below instanceof PageTable ? child.value : below);
    }
    const block = this.mergedBlock(found, pa, count * part, protection);
    if (block === null) return true;
    yield entry.writeOnce;
    entry.value = block;
    yield* this.tableMerged({ entry, table }, detached);
    return true;
  }

  /** Whether a block may cover pages that are not mapped. */
  mergesHoles(this: IommuKernel): boolean {
    return false;
  }

  /** The leaf for what these neighbours say; null: they say different things and stay apart. */
  mergedBlock(
    this: IommuKernel,
    found: readonly Entry[],
    pa: U64,
    size: number,
    protection: number,
  ): Leaf | null {
    const leaves = found.filter((e): e is Leaf => e instanceof Leaf);
    const [first] = leaves;
    if (first === undefined || found.some((e) => e instanceof PageTable)) return null;
    if (!consecutive(found, pa, size)) return null;
    const rights = this.mergedRights(leaves, protection);
    const dirty = this.mergedDirty(leaves);
    if (rights === null || dirty === null) return null;
    return first.with({ pa, size, prot: rights, dirty });
  }

  mergedRights(this: IommuKernel, leaves: readonly Leaf[], _protection: number): number | null {
    return common(leaves.map((l) => l.prot));
  }

  mergedDirty(this: IommuKernel, leaves: readonly Leaf[]): boolean | null {
    return common(leaves.map((l) => l.dirty));
  }

  /** A block is in the table's place; hardware may be in the table still. */
  *tableMerged(this: IommuKernel, merged: Detached, detached: Detached[]): Steps {
    detached.push(merged);
  }

  /**
   * After the flush nothing reaches the table: what hardware has noted in it meanwhile goes to the
   * block, and it is freed.
   */
  *settleMerged(this: IommuKernel, domain: IommuDomain, { entry, table }: Detached): Steps {
    let dirty = false;
    for (let i = 0; i < 2 ** this.world.geometry.levelBits; i++) {
      const child = table.at(i);
      yield child.readOnce;
      dirty ||= child.value instanceof Leaf && isDirty(child.value);
    }
    if (dirty) yield* this.noteDirty(entry);
    yield* this.radixFreeDetached(domain, table);
  }

  *noteDirty(this: IommuKernel, entry: Cell<Entry>): Steps {
    yield entry.exchange;
    const leaf = entry.value;
    if (leaf instanceof Leaf && leaf.dbm) entry.value = leaf.with({ dirty: true });
  }
}
