// Page tables of the Intel, AMD and Arm drivers: map_pages. Tables appear by compare-and-exchange,
// leaves are stored whole. What drivers do differently is data: semantics.ts.

import { EEXIST, EINVAL, ENOMEM, ERANGE } from '../../errno.ts';
import type { Cell, Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuKernel } from '../kernel.ts';
import type { IommuDomain } from './domain.ts';
import { Leaf, type LeafFields, prot } from './leaf.ts';
import type { IommuInstance } from './objects.ts';
import { addressLimit, type Entry, entryIndex, entrySize, PageTable } from './pageTable.ts';
import { type DriverSemantics, semanticsOf } from './semantics.ts';

/** What a driver's map_pages has done: bytes mapped, also where it fails. */
export interface Mapped {
  readonly ret: number;
  readonly mapped: number;
}

/** What is the same for every leaf of one call. */
export type LeafFlags = Pick<LeafFields, 'snoop' | 'dbm'>;

/** The driver's row of spec/iommu-core.md §10. */
export const semanticsFor = (domain: IommuDomain): DriverSemantics =>
  semanticsOf((domain.iommu as IommuInstance).driver);

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
    const end = iova + pgsize * count;
    if (end > addressLimit(this.world.geometry)) return { ret: ERANGE, mapped: 0 };
    if ((protection & (prot.read | prot.write)) === 0) return this.radixNoAccess();
    if (!(yield* this.radixReach(domain, iova, pgsize, end))) return { ret: ENOMEM, mapped: 0 };
    const flags = yield* this.radixBeginMap(domain, protection);
    const first = { pa, size: pgsize, prot: protection, dirty: false, ...flags };
    return yield* this.radixMapRun(domain, iova, first, count);
  }

  /** `count` leaves, of which `first` is the first one. */
  *radixMapRun(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    first: LeafFields,
    count: number,
  ): Steps<Mapped> {
    const { pa, size } = first;
    for (let mapped = 0; ; mapped += size) {
      if (mapped === size * count) return { ret: 0, mapped };
      const at = iova + mapped;
      const entry = yield* this.radixInstall(domain, at, size);
      if (entry === null) return { ret: ENOMEM, mapped };
      const fresh = this.newLeaf(domain, { ...first, pa: pa + mapped });
      const ret = yield* this.radixStore(domain, entry, at, fresh);
      if (ret !== 0) return { ret, mapped };
    }
  }

  /** Neither readable nor writable: nothing that a driver could map. */
  radixNoAccess(this: IommuKernel): Mapped {
    return { ret: EINVAL, mapped: 0 };
  }

  /** Noted first, then looked: enforcing goes the other way round, so that one sees the other. */
  *radixBeginMap(this: IommuKernel, domain: IommuDomain, _protection: number): Steps<LeafFlags> {
    yield* this.radixNoteMappings(domain);
    return yield* this.radixLeafFlags(domain);
  }

  *radixLeafFlags(this: IommuKernel, domain: IommuDomain): Steps<LeafFlags> {
    const { snoop } = semanticsFor(domain);
    if (snoop !== 'domain') return { snoop: snoop === 'always', dbm: false };
    yield domain.forceSnooping.readOnce;
    return { snoop: domain.forceSnooping.value, dbm: false };
  }

  /** Intel: from now on the domain cannot be made to force snooping. */
  *radixNoteMappings(this: IommuKernel, domain: IommuDomain): Steps {
    if (!semanticsFor(domain).notesMappings) return;
    yield domain.hasMappings.writeOnce;
    domain.hasMappings.value = true;
  }

  /** Makes the page table high enough for pages from `iova` up to `end`; false: no memory. */
  *radixReach(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pgsize: number,
    end: U64,
  ): Steps<boolean> {
    if (!semanticsFor(domain).growsRoot) return true;
    for (;;) {
      yield domain.root.readOnce;
      const root = domain.root.value as PageTable;
      if (!this.radixTooLow(root, iova, pgsize, end)) return true;
      if (!(yield* this.radixGrow(domain, root))) return false;
    }
  }

  /** AMD: the last byte must be within reach, and a page must have an entry (real-bugs.md 73). */
  radixTooLow(this: IommuKernel, root: PageTable, _iova: U64, pgsize: number, end: U64): boolean {
    const { geometry } = this.world;
    return end > entrySize(geometry, root.level + 1) || pgsize > entrySize(geometry, root.level);
  }

  /** increase_address_space: a new root above the old one, under domain->lock. */
  *radixGrow(this: IommuKernel, domain: IommuDomain, seen: PageTable): Steps<boolean> {
    if (yield* this.world.refuses('page_table')) return false;
    yield this.world.env.local;
    const fresh = this.world.heap.create(PageTable, seen.level + 1, 0);
    yield fresh.at(0).writeOnce;
    fresh.at(0).value = seen;
    yield domain.lock.lock;
    const grown = yield* this.radixSetRoot(domain, seen, fresh);
    yield domain.lock.unlock;
    if (!grown) yield fresh.free;
    return true;
  }

  /** The new root, unless somebody else has grown the table meanwhile. */
  *radixSetRoot(
    this: IommuKernel,
    domain: IommuDomain,
    seen: PageTable,
    fresh: PageTable,
  ): Steps<boolean> {
    yield domain.root.exchange;
    if (domain.root.value !== seen) return false;
    domain.root.value = fresh;
    return true;
  }

  /**
   * The entry for a leaf of this size, with the tables on the way; null: no memory for one. A larger
   * leaf that is in the way is replaced by a table, or its entry is the answer.
   */
  *radixInstall(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pgsize: number,
  ): Steps<Cell<Entry> | null> {
    const { geometry } = this.world;
    const replaces = domain.iommu !== null && semanticsFor(domain).overLeaf === 'replace';
    yield domain.root.readOnce;
    let table = domain.root.value as PageTable;
    for (;;) {
      const entry = table.at(entryIndex(geometry, table.level, iova));
      if (entrySize(geometry, table.level) <= pgsize) return entry;
      yield entry.readOnce;
      const next = entry.value;
      if (next instanceof PageTable) table = next;
      else if (next instanceof Leaf && !replaces) return entry;
      else {
        const made: PageTable | null = yield* this.radixInstallTable(entry, table, iova, next);
        if (made === null) return null;
        if (next instanceof Leaf)
          yield* this.radixFlush(domain, iova - (iova % next.size), next.size);
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
    over: Leaf | null = null,
  ): Steps<PageTable | null> {
    const { geometry, heap } = this.world;
    if (yield* this.world.refuses('page_table')) return null;
    const size = entrySize(geometry, table.level);
    yield this.world.env.local;
    const fresh = heap.create(PageTable, table.level - 1, iova - (iova % size));
    yield entry.exchange;
    const there = entry.value;
    if (there === over) {
      entry.value = fresh;
      return fresh;
    }
    yield fresh.free;
    return there instanceof PageTable ? there : null;
  }

  /** Stores a leaf where nothing is; for what else there is, see semantics.ts. */
  *radixStore(
    this: IommuKernel,
    domain: IommuDomain,
    entry: Cell<Entry>,
    iova: U64,
    fresh: Leaf,
  ): Steps<number> {
    const { overLeaf, replacedTable } = semanticsFor(domain);
    yield entry.exchange;
    const there = entry.value;
    if (there instanceof Leaf && overLeaf !== 'replace') return overLeaf === 'keep' ? 0 : EEXIST;
    if (there === null || replacedTable === 'storeFirst') {
      entry.value = fresh;
      if (there !== null) yield* this.radixReplaced(domain, there, iova, fresh.size);
      return 0;
    }
    entry.value = null;
    yield* this.radixReplaced(domain, there, iova, fresh.size);
    yield entry.exchange;
    if (entry.value !== null) return EEXIST;
    entry.value = fresh;
    return 0;
  }

  /** A leaf or a table is not in the page table any more: nobody may use it before it is freed. */
  *radixReplaced(
    this: IommuKernel,
    domain: IommuDomain,
    old: Leaf | PageTable,
    iova: U64,
    size: number,
  ): Steps {
    yield* this.radixFlush(domain, iova, size);
    if (old instanceof PageTable) yield* this.radixFreeDetached(domain, old);
  }
}
