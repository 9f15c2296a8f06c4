// Page tables of the Intel, AMD and Arm drivers: unmap_pages, walks, and how tables are freed.

import type { Cell, Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuKernel } from '../kernel.ts';
import type { IommuDomain } from './domain.ts';
import type { Gather } from './gather.ts';
import { Leaf } from './leaf.ts';
import { type Entry, entryIndex, entrySize, PageTable } from './pageTable.ts';
import { semanticsFor } from './radix.ts';

/** The entry where an unmap stands, and how many bytes it translates. */
interface Found {
  readonly entry: Cell<Entry>;
  readonly size: number;
  readonly level: number;
}

export class RadixClearSteps {
  /** unmap_pages of a radix page table: bytes removed, as the driver counts them. */
  *radixUnmapPages(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pgsize: number,
    count: number,
    gather: Gather,
  ): Steps<number> {
    const end = iova + pgsize * count;
    let unmapped = 0;
    for (let at = iova; at < end; ) {
      const size = yield* this.radixClear(domain, at, pgsize, gather);
      if (size === 0) break;
      unmapped += size;
      at = at - (at % size) + size;
    }
    return unmapped;
  }

  /** Clears what is at an address: the bytes that this counts for, 0 to stop. */
  *radixClear(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pgsize: number,
    gather: Gather,
  ): Steps<number> {
    const found = yield* this.radixFind(domain, iova, pgsize);
    if (found === null) return 0;
    const { entry, size, level } = found;
    if (size > pgsize) return yield* this.radixClearInside(domain, found, iova, pgsize, gather);
    yield entry.exchange;
    const there = entry.value;
    if (there === null) return this.radixHole(domain, level, size, pgsize);
    entry.value = null;
    yield* this.radixCleared(domain, gather, iova, size, there);
    return size;
  }

  /** A hole in a table of this level: whether it counts as unmapped, spec/iommu-core.md §10. */
  radixHole(
    this: IommuKernel,
    domain: IommuDomain,
    level: number,
    size: number,
    pgsize: number,
  ): number {
    const { hole } = semanticsFor(domain);
    if (hole === 'stop') return 0;
    return hole === 'table' ? (size === pgsize ? size : 0) : level === 0 ? size : 0;
  }

  /** The address is inside a larger leaf. */
  *radixClearInside(
    this: IommuKernel,
    domain: IommuDomain,
    { entry, size }: Found,
    iova: U64,
    _pgsize: number,
    gather: Gather,
  ): Steps<number> {
    if (semanticsFor(domain).insideLeaf === 'refuse') return 0;
    yield entry.exchange;
    const there = entry.value;
    if (!(there instanceof Leaf)) return 0;
    entry.value = null;
    yield* this.radixCleared(domain, gather, iova - (iova % size), size, there);
    return size;
  }

  /** An entry was cleared: the hardware is told with the next sync, and then a table is freed. */
  *radixCleared(
    this: IommuKernel,
    domain: IommuDomain,
    gather: Gather,
    iova: U64,
    size: number,
    old: Leaf | PageTable,
  ): Steps {
    yield* this.iommuIotlbGatherAddPage(domain, gather, iova, size);
    if (old instanceof PageTable) gather.freelist.push(old);
  }

  /**
   * Where an unmap of a page of this size finds something to clear: the entry of that size, or a
   * larger leaf; with tables that stay, the last entry there is. null: a table is missing.
   */
  *radixFind(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pgsize: number,
  ): Steps<Found | null> {
    const { geometry } = this.world;
    const down = semanticsFor(domain).emptyTables === 'keep';
    yield domain.root.readOnce;
    let table = domain.root.value;
    if (table === null || iova >= entrySize(geometry, table.level + 1)) return null;
    for (;;) {
      const { level } = table;
      const entry = table.at(entryIndex(geometry, level, iova));
      const found: Found = { entry, size: entrySize(geometry, level), level };
      if (found.size <= pgsize && (!down || level === 0)) return found;
      yield entry.readOnce;
      const next: Entry = entry.value;
      if (next instanceof Leaf) return found;
      if (next === null) return null;
      table = next;
    }
  }

  /** The entry that holds the leaf for an address; null if a table or the leaf is missing. */
  *radixWalk(this: IommuKernel, domain: IommuDomain, iova: U64): Steps<Cell<Entry> | null> {
    const { geometry } = this.world;
    yield domain.root.readOnce;
    let table = domain.root.value;
    if (table === null || iova >= entrySize(geometry, table.level + 1)) return null;
    while (table !== null) {
      const entry = table.at(entryIndex(geometry, table.level, iova));
      yield entry.readOnce;
      const next: Entry = entry.value;
      if (next instanceof Leaf) return entry;
      table = next;
    }
    return null;
  }

  /** The leaf that translates an address: each entry is read once, whatever becomes of it. */
  *radixLookUp(this: IommuKernel, domain: IommuDomain, iova: U64): Steps<Leaf | null> {
    const { geometry } = this.world;
    yield domain.root.readOnce;
    let table = domain.root.value;
    if (table === null || iova >= entrySize(geometry, table.level + 1)) return null;
    for (;;) {
      const entry: Cell<Entry> = table.at(entryIndex(geometry, table.level, iova));
      yield entry.readOnce;
      const next: Entry = entry.value;
      if (!(next instanceof PageTable)) return next;
      table = next;
    }
  }

  /** Drops leaves and cached tables of a range, and waits for the transactions that use them. */
  *radixFlush(this: IommuKernel, domain: IommuDomain, iova: U64, size: number): Steps {
    yield domain.tlb.invalidate(iova, iova + size - 1);
    yield* this.hwDrain(domain);
  }

  /**
   * Frees a table that is in no page table any more. A look-up that may still be inside is the
   * caller's mistake: it must be kept apart from what frees tables of its range.
   */
  *radixFreeDetached(this: IommuKernel, domain: IommuDomain, table: PageTable): Steps {
    const end = table.iova + entrySize(this.world.geometry, table.level + 1) - 1;
    yield domain.contract.enter('free_tables', table.iova, end);
    yield* this.radixFreeTable(table);
    yield domain.contract.leave('free_tables', table.iova, end);
  }

  /** All page tables of a domain that nobody uses any more. */
  *radixFree(this: IommuKernel, domain: IommuDomain): Steps {
    yield domain.root.readOnce;
    if (domain.root.value !== null) yield* this.radixFreeTable(domain.root.value);
  }

  /** A table with all below it. */
  *radixFreeTable(this: IommuKernel, table: PageTable): Steps {
    if (table.level > 0) {
      yield table.children;
      const { tables } = table.below;
      for (const below of tables) yield* this.radixFreeTable(below);
    }
    yield table.free;
  }
}
