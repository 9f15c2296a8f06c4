// Dirty state in the page tables: sync and clear of io-pgtable-arm (spec/split-merge-dirty.md §2), and
// what hardware notes when a device writes (§8).

import { ENODEV } from '../../errno.ts';
import type { Cell, Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import { Leaf, type LeafFields, leaf } from '../core/leaf.ts';
import type { Device } from '../core/objects.ts';
import { type Entry, entryIndex, entrySize, PageTable } from '../core/pageTable.ts';
import type { TlbEntry } from '../core/tlb.ts';
import type { IommuKernel } from '../kernel.ts';
import { isDirty, mayWrite } from './leafState.ts';
import { hasDirtyLog, smallestPage, withinReach } from './split.ts';

/** The entry found for a chunk, and the level of its table. */
interface Found {
  readonly entry: Cell<Entry>;
  readonly level: number;
}

export class DirtyWalkSteps {
  /** The leaf for a new mapping. With DBM in the driver, a page that may be written begins dirty. */
  newLeaf(this: IommuKernel, domain: IommuDomain, fields: LeafFields): Leaf {
    const plain = leaf(fields);
    if (!hasDirtyLog(domain) || !mayWrite(plain)) return plain;
    return plain.with({ dbm: true, dirty: true });
  }

  /** arm_smmu_sync_dirty_log. */
  *opsSyncDirtyLog(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    base: U64,
    bits: Set<number>,
  ): Steps<number> {
    const page = smallestPage(domain);
    yield domain.root.readOnce;
    const root = domain.root.value;
    if (root === null) return ENODEV;
    if (!withinReach(root, this.world.geometry, iova + size)) return this.syncHole();
    const { entry, level } = yield* this.chunkEntry(root, iova, size);
    return yield* this.syncEntry(entry, level, iova, size, (from, end) => {
      for (let at = from; at < end; at += page) bits.add((at - base) / page);
    });
  }

  /** The entry that is, or covers, a chunk. */
  *chunkEntry(this: IommuKernel, root: PageTable, iova: U64, size: U64): Steps<Found> {
    const { geometry } = this.world;
    let table = root;
    for (;;) {
      const entry = table.at(entryIndex(geometry, table.level, iova));
      if (entrySize(geometry, table.level) === size) return { entry, level: table.level };
      yield entry.readOnce;
      if (!(entry.value instanceof PageTable)) return { entry, level: table.level };
      table = entry.value;
    }
  }

  /** Notes the dirty pages among those that an entry translates, within [iova, iova + size). */
  *syncEntry(
    this: IommuKernel,
    entry: Cell<Entry>,
    level: number,
    iova: U64,
    size: U64,
    note: (from: U64, end: U64) => void,
  ): Steps<number> {
    yield entry.readOnce;
    const found = entry.value;
    if (found === null) return this.syncHole();
    if (found instanceof Leaf) {
      if (isDirty(found)) note(iova, iova + size);
      return 0;
    }
    const part = entrySize(this.world.geometry, found.level);
    for (let i = 0; i < 2 ** this.world.geometry.levelBits; i++) {
      const ret = yield* this.syncEntry(found.at(i), level - 1, iova + i * part, part, note);
      if (ret !== 0) return ret;
    }
    return 0;
  }

  /** Nothing is mapped, so nothing was written: the pages behind the hole count as well. */
  syncHole(this: IommuKernel): number {
    return 0;
  }

  /** arm_smmu_clear_dirty_log: every page of the chunk has its bit set. */
  *opsClearDirtyLog(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    base: U64,
    bits: ReadonlySet<number>,
  ): Steps<number> {
    const page = smallestPage(domain);
    yield domain.root.readOnce;
    const root = domain.root.value;
    if (root === null) return ENODEV;
    if (!withinReach(root, this.world.geometry, iova + size)) return 0;
    const { entry } = yield* this.chunkEntry(root, iova, size);
    const all = (from: U64, bytes: number): boolean => {
      for (let at = from; at < from + bytes; at += page)
        if (!bits.has((at - base) / page)) return false;
      return true;
    };
    yield* this.clearEntry(entry, iova, all);
    return 0;
  }

  /** Makes clean what an entry translates, leaf by leaf; a leaf with a bit unset stays dirty. */
  *clearEntry(
    this: IommuKernel,
    entry: Cell<Entry>,
    iova: U64,
    all: (from: U64, size: number) => boolean,
  ): Steps {
    yield entry.readOnce;
    const found = entry.value;
    if (found instanceof PageTable) {
      const part = entrySize(this.world.geometry, found.level);
      for (let i = 0; i < 2 ** this.world.geometry.levelBits; i++)
        yield* this.clearEntry(found.at(i), iova + i * part, all);
      return;
    }
    if (found === null || !found.dbm || !found.dirty) return;
    if (this.clearsLeaf(found, iova, all)) yield* this.cleanLeaf(entry);
  }

  clearsLeaf(
    this: IommuKernel,
    found: Leaf,
    iova: U64,
    all: (from: U64, size: number) => boolean,
  ): boolean {
    return all(iova - (iova % found.size), found.size);
  }

  *cleanLeaf(this: IommuKernel, entry: Cell<Entry>): Steps {
    yield entry.exchange;
    const now = entry.value;
    if (now instanceof Leaf) entry.value = now.with({ dirty: false });
  }

  /**
   * A device writes through a translation. Hardware that tracks writes notes the first one in the
   * page table, before the write itself; what its copy says is dirty it does not note again. Returns
   * the leaf as it is now; null: the entry has changed, and the walk is to be repeated.
   */
  *hwSetDirty(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    entry: Cell<Entry> | null,
    used: TlbEntry,
    device: Device | null = null,
  ): Steps<Leaf | null> {
    const copy = used.what as Leaf;
    if (copy.dirty || !(yield* this.hwNotesWrites(domain, copy, device))) return copy;
    const at = entry ?? (yield* this.radixWalk(domain, iova));
    if (at === null) return null;
    yield at.exchange;
    const now = at.value;
    if (!(now instanceof Leaf) || !mayWrite(now)) return null;
    // The block that the copy is of is split: its entry is not there to be marked.
    if (copy.size > now.size) return copy;
    const marked = now.with({ dirty: true });
    at.value = marked;
    return marked;
  }

  /** By DBM in the leaf (Arm), or because the device's translation entry says so. */
  *hwNotesWrites(
    this: IommuKernel,
    domain: IommuDomain,
    copy: Leaf,
    device: Device | null,
  ): Steps<boolean> {
    const { iommu } = domain;
    if (iommu === null || iommu.driver === 'arm') return copy.dbm;
    if (device === null || device.iommu.spec.dirtyTracking !== true) return false;
    yield domain.dirtyEntries.readOnce;
    return (domain.dirtyEntries.value & (1 << device.index)) !== 0;
  }
}
