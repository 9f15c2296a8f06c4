// Page tables of the Intel, AMD and Arm drivers: install, walk, clear. Tables appear by
// compare-and-exchange, leaves are stored whole, freed tables wait for the sync.

import { EEXIST, ENOMEM } from '../../errno.ts';
import type { Cell, Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuKernel } from '../kernel.ts';
import type { IommuDomain } from './domain.ts';
import type { Gather } from './gather.ts';
import { Leaf } from './leaf.ts';
import { type Entry, entryIndex, entrySize, PageTable } from './pageTable.ts';

/** What a driver's map_pages has done: bytes mapped, also where it fails. */
export interface Mapped {
  readonly ret: number;
  readonly mapped: number;
}

export class RadixSteps {
  /** map_pages of a radix page table. */
  *radixMapPages(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pa: U64,
    pgsize: number,
    count: number,
    protection: number,
  ): Steps<Mapped> {
    let mapped = 0;
    for (let i = 0; i < count; i++, mapped += pgsize) {
      const at = iova + mapped;
      const entry = yield* this.radixInstall(domain, at, pgsize);
      if (entry === null) return { ret: ENOMEM, mapped };
      const ret = yield* this.radixSetLeaf(domain, entry, pa + mapped, pgsize, protection);
      if (ret !== 0) return { ret, mapped };
    }
    return { ret: 0, mapped };
  }

  /** The entry for a leaf of this size, with the tables on the way; null: no memory for one. */
  *radixInstall(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pgsize: number,
  ): Steps<Cell<Entry> | null> {
    const { geometry } = this.world;
    yield domain.root.readOnce;
    let table = domain.root.value as PageTable;
    for (;;) {
      const entry = table.at(entryIndex(geometry, table.level, iova));
      if (entrySize(geometry, table.level) === pgsize) return entry;
      yield entry.readOnce;
      const next = entry.value;
      if (next instanceof PageTable) table = next;
      else if (next instanceof Leaf) return entry;
      else {
        const made: PageTable | null = yield* this.radixInstallTable(entry, table, iova);
        if (made === null) return null;
        table = made;
      }
    }
  }

  /** A new table by compare-and-exchange: who comes second takes the first one's. */
  *radixInstallTable(
    this: IommuKernel,
    entry: Cell<Entry>,
    table: PageTable,
    iova: U64,
  ): Steps<PageTable | null> {
    const { geometry, heap } = this.world;
    if (yield* this.world.refuses('page_table')) return null;
    const size = entrySize(geometry, table.level);
    yield this.world.env.local;
    const fresh = heap.create(PageTable, table.level - 1, iova - (iova % size));
    yield entry.exchange;
    const there = entry.value;
    if (there === null) {
      entry.value = fresh;
      return fresh;
    }
    yield fresh.free;
    return there instanceof PageTable ? there : null;
  }

  /** Stores a leaf where nothing is; what else there is, the driver's semantics say. */
  *radixSetLeaf(
    this: IommuKernel,
    domain: IommuDomain,
    entry: Cell<Entry>,
    pa: U64,
    size: number,
    protection: number,
  ): Steps<number> {
    yield domain.forceSnooping.readOnce;
    const snoop = domain.forceSnooping.value;
    yield entry.exchange;
    if (entry.value !== null) return EEXIST;
    entry.value = this.newLeaf(domain, pa, size, protection, snoop);
    return 0;
  }

  /** unmap_pages of a radix page table: bytes removed, up to the first hole. */
  *radixUnmapPages(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pgsize: number,
    count: number,
    gather: Gather,
  ): Steps<number> {
    let unmapped = 0;
    while (unmapped < pgsize * count) {
      const size = yield* this.radixClear(domain, iova + unmapped, pgsize, gather);
      if (size === 0) break;
      unmapped += size;
    }
    return unmapped;
  }

  /** Clears the leaf that covers an address: its size, 0 if there is none. */
  *radixClear(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    _pgsize: number,
    gather: Gather,
  ): Steps<number> {
    const entry = yield* this.radixWalk(domain, iova);
    if (entry === null) return 0;
    yield entry.exchange;
    const found = entry.value;
    if (!(found instanceof Leaf)) return 0;
    entry.value = null;
    yield* this.iommuIotlbGatherAddPage(domain, gather, iova - (iova % found.size), found.size);
    return found.size;
  }

  /** The entry that holds the leaf for an address; null if a table or the leaf is missing. */
  *radixWalk(this: IommuKernel, domain: IommuDomain, iova: U64): Steps<Cell<Entry> | null> {
    const { geometry } = this.world;
    yield domain.root.readOnce;
    let table = domain.root.value;
    while (table !== null) {
      const entry = table.at(entryIndex(geometry, table.level, iova));
      yield entry.readOnce;
      const next: Entry = entry.value;
      if (next instanceof Leaf) return entry;
      table = next;
    }
    return null;
  }
}
