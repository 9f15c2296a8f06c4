// TCE entries: set, replaced, cleared; without container->lock. spec/spapr-tce-v2.md §7.

import { EFAULT, EINVAL, EIO, EPERM } from '../../errno.ts';
import type { Mm } from '../../mm/mm.ts';
import { hpaOf, type IommuTable, type Tce, tceOf } from '../../powerpc/iommuTable.ts';
import type { MemRegion } from '../../powerpc/memRegion.ts';
import { type Cell, deref, type Steps } from '../../runtime/index.ts';
import type { U64 } from '../vocabulary.ts';
import type { SpaprKernel } from './kernel.ts';
import type { TceContainer } from './objects.ts';

/** A longer range is scanned for live entries instead of walked. */
const walkedEntryByEntry = 64;

/** What an exchange took out of an entry. */
export interface OldEntry {
  readonly tce: Tce;
  readonly ua: U64;
}

export class BuildSteps {
  /** tce_iommu_build: v1, pins each page as it maps it. */
  *tceIommuBuild(
    this: SpaprKernel,
    container: TceContainer,
    table: IommuTable,
    entry: number,
    ua: U64,
    pages: number,
    direction: number,
  ): Steps<number> {
    const set = (at: number, from: U64) =>
      this.tceIommuBuildEntry(container, table, at, from, direction);
    return yield* this.tceIommuBuildRange(container, table, entry, ua, pages, set);
  }

  *tceIommuBuildEntry(
    this: SpaprKernel,
    container: TceContainer,
    table: IommuTable,
    entry: number,
    ua: U64,
    direction: number,
  ): Steps<number> {
    const { world } = this;
    const mm = deref(yield* this.tceMm(container), 'container->mm');
    const page = mm.pageAt(ua, world.geometry.pageShift);
    if (page === null || (yield* world.refuses('pin'))) return EFAULT;
    yield page.pins.inc;
    if (page.shift < table.itPageShift) {
      yield* this.tceIommuPageNotContained(mm, page.hpa);
      return EPERM;
    }
    if (yield* world.refuses('xchg')) {
      yield page.pins.dec;
      return EIO;
    }
    const tce = table.tce(entry);
    yield tce.exchange;
    const old = tce.value;
    tce.value = tceOf(page.hpa, direction);
    if (old !== 0) yield* this.tceIommuUnusePage(mm, hpaOf(old));
    return 0;
  }

  /** The page does not fill the IOMMU page: it is let go. */
  *tceIommuPageNotContained(this: SpaprKernel, mm: Mm, hpa: U64): Steps {
    yield* this.tceIommuUnusePage(mm, hpa);
  }

  /** tce_iommu_unuse_page: put_page of what a v1 TCE pointed to. */
  *tceIommuUnusePage(this: SpaprKernel, mm: Mm, hpa: U64): Steps {
    yield deref(mm.pageOf(hpa, this.world.geometry.pageShift), 'the page of a TCE').pins.dec;
  }

  /** tce_iommu_build_v2: registered memory only; counts each TCE in its region. */
  *tceIommuBuildV2(
    this: SpaprKernel,
    container: TceContainer,
    table: IommuTable,
    entry: number,
    ua: U64,
    pages: number,
    direction: number,
  ): Steps<number> {
    const set = (at: number, from: U64) =>
      this.tceIommuBuildEntryV2(container, table, at, from, direction);
    return yield* this.tceIommuBuildRange(container, table, entry, ua, pages, set);
  }

  /** Entry after entry until one is refused; then those before it are cleared again. */
  *tceIommuBuildRange(
    this: SpaprKernel,
    container: TceContainer,
    table: IommuTable,
    entry: number,
    ua: U64,
    pages: number,
    set: (entry: number, ua: U64) => Steps<number>,
  ): Steps<number> {
    let ret = 0;
    let i = 0;
    for (; i < pages && ret === 0; i++)
      ret = yield* set(entry + i, ua + i * 2 ** table.itPageShift);
    if (ret !== 0) yield* this.tceIommuClear(container, table, entry, i - 1);
    return ret;
  }

  *tceIommuBuildEntryV2(
    this: SpaprKernel,
    container: TceContainer,
    table: IommuTable,
    entry: number,
    ua: U64,
    direction: number,
  ): Steps<number> {
    const mm = yield* this.tceMm(container);
    if (mm === null) return EINVAL;
    const mem = yield* this.tceIommuUseMem(mm, ua, table.itPageShift);
    if (typeof mem === 'number') return mem;
    const hpa = mm.pageAt(ua - (ua % 2 ** mem.hostShift), mem.hostShift)?.hpa as U64;
    const tce = tceOf(hpa + (ua % 2 ** mem.hostShift), direction);
    return yield* this.tceIommuSetEntryV2(container, table, entry, tce, ua, mem);
  }

  /**
   * The region behind a user address with its count of TCEs raised, or an errno. Look-up and count
   * are in one RCU section: a region found is not freed before it is counted.
   */
  *tceIommuUseMem(this: SpaprKernel, mm: Mm, ua: U64, shift: number): Steps<MemRegion | number> {
    const { rcu } = this.world;
    yield rcu.readLock;
    const mem = yield* this.mmIommuLookup(mm, ua, 2 ** shift);
    let ret = EINVAL;
    if (mem !== null && shift <= mem.pageshift) ret = yield* this.mmIommuMappedInc(mem);
    yield rcu.readUnlock;
    return ret === 0 ? (mem as MemRegion) : ret;
  }

  *tceIommuSetEntryV2(
    this: SpaprKernel,
    container: TceContainer,
    table: IommuTable,
    entry: number,
    tce: Tce,
    ua: U64,
    mem: MemRegion,
  ): Steps<number> {
    if (yield* this.world.refuses('xchg')) {
      yield* this.tceIommuXchgRefused(container, table, entry, mem);
      return EIO;
    }
    const old = yield* this.tceIommuExchange(table, entry, tce, ua);
    if (old.tce !== 0) yield* this.tceIommuUnuseMem(container, old.ua, table.itPageShift);
    return 0;
  }

  /** The TCE was not written: the count just taken is given back. */
  *tceIommuXchgRefused(
    this: SpaprKernel,
    _container: TceContainer,
    _table: IommuTable,
    _entry: number,
    mem: MemRegion,
  ): Steps {
    yield* this.mmIommuMappedDec(mem);
  }

  /** Replaces a TCE and the user address beside it in one step, under the table's entry lock. */
  *tceIommuExchange(
    this: SpaprKernel,
    table: IommuTable,
    entry: number,
    tce: Tce,
    ua: U64,
  ): Steps<OldEntry> {
    yield table.entryLock.lock;
    const slot = table.tce(entry);
    yield slot.exchange;
    const oldTce = slot.value;
    slot.value = tce;
    let oldUa = 0;
    if (oldTce !== 0 || tce !== 0) {
      const view = deref(yield* this.tceIommuUserspaceEntry(table, entry), 'it_userspace');
      yield view.exchange;
      oldUa = view.value;
      view.value = ua;
    }
    yield table.entryLock.unlock;
    return { tce: oldTce, ua: oldUa };
  }

  /** IOMMU_TABLE_USERSPACE_ENTRY: the cell of the userspace view, or null without a view. */
  *tceIommuUserspaceEntry(
    this: SpaprKernel,
    table: IommuTable,
    entry: number,
  ): Steps<Cell<U64> | null> {
    if (table.ownView !== null) return table.ownView.entries.at(entry - table.itOffset);
    yield table.itUserspace.read;
    const view = table.itUserspace.value;
    return view === null ? null : view.entries.at(entry - table.itOffset);
  }

  /** One TCE less for the region behind an old user address. */
  *tceIommuUnuseMem(this: SpaprKernel, container: TceContainer, ua: U64, shift: number): Steps {
    const mm = yield* this.tceMm(container);
    if (mm === null) return;
    const { rcu } = this.world;
    yield rcu.readLock;
    const mem = yield* this.mmIommuLookup(mm, ua, 2 ** shift);
    const last = mem !== null && (yield* this.mmIommuMappedDec(mem));
    yield rcu.readUnlock;
    if (mem !== null && last) yield* this.mmIommuLastUnmapped(mm, mem);
  }

  /** tce_iommu_unuse_page_v2: what the userspace entry names is counted down, and the entry cleared. */
  *tceIommuUnusePageV2(
    this: SpaprKernel,
    container: TceContainer,
    table: IommuTable,
    view: Cell<U64>,
  ): Steps {
    yield view.read;
    const ua = view.value;
    yield* this.tceIommuUnuseMem(container, ua, table.itPageShift);
    yield view.write;
    view.value = 0;
  }

  /** tce_iommu_clear: entries [entry, entry + pages) become DMA_NONE and let go what they held. */
  *tceIommuClear(
    this: SpaprKernel,
    container: TceContainer,
    table: IommuTable,
    entry: number,
    pages: number,
  ): Steps {
    for (const at of yield* this.tceIommuEntries(table, entry, pages)) {
      if (container.v2) yield* this.tceIommuClearEntryV2(container, table, at);
      else yield* this.tceIommuClearEntry(container, table, at);
    }
  }

  /** The whole table. */
  *tceIommuClearAll(this: SpaprKernel, container: TceContainer, table: IommuTable): Steps {
    yield* this.tceIommuClear(container, table, table.itOffset, table.itSize);
  }

  /** The entries to walk: all of a small range, the live ones of a large table. */
  *tceIommuEntries(
    this: SpaprKernel,
    table: IommuTable,
    entry: number,
    pages: number,
  ): Steps<number[]> {
    if (pages <= walkedEntryByEntry) return Array.from({ length: pages }, (_, i) => entry + i);
    yield table.scan;
    const live = (table.scan.cell.outcome as string).split(',').filter(Boolean).map(Number);
    const at = live.map((index) => index + table.itOffset);
    return at.filter((e) => entry <= e && e < entry + pages);
  }

  *tceIommuClearEntry(
    this: SpaprKernel,
    container: TceContainer,
    table: IommuTable,
    entry: number,
  ): Steps {
    const tce = table.tce(entry);
    yield tce.exchange;
    const old = tce.value;
    tce.value = 0;
    if (old === 0) return;
    const mm = yield* this.tceMm(container);
    if (mm !== null) yield* this.tceIommuUnusePage(mm, hpaOf(old));
  }

  *tceIommuClearEntryV2(
    this: SpaprKernel,
    container: TceContainer,
    table: IommuTable,
    entry: number,
  ): Steps {
    const old = yield* this.tceIommuExchange(table, entry, 0, 0);
    if (old.tce !== 0) yield* this.tceIommuUnuseMem(container, old.ua, table.itPageShift);
  }
}
