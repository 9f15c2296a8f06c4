// DMA windows of a container: made, found, removed. container->lock and container->windows (for
// write) are held by whoever changes them. spec/spapr-tce-v2.md §5.

import { EFAULT, EINVAL, ENODEV, ENOMEM, ENOSPC } from '../../errno.ts';
import type { Mm } from '../../mm/mm.ts';
import { type IommuTable, UserspaceView } from '../../powerpc/iommuTable.ts';
import { maxTables, slotOf, type TableGroup } from '../../powerpc/tableGroup.ts';
import { listFirst, listNext, type Steps } from '../../runtime/index.ts';
import type { U64 } from '../vocabulary.ts';
import type { SpaprKernel } from './kernel.ts';
import type { TceContainer } from './objects.ts';

/** IOMMU_PAGE_SHIFT_4K: the page size of the default window. */
const pageShift4K = 12;

export class WindowSteps {
  /** tce_iommu_find_table: the slot and table whose window contains a bus address. */
  *tceIommuFindTable(
    this: SpaprKernel,
    container: TceContainer,
    iova: U64,
  ): Steps<{ num: number; table: IommuTable } | null> {
    for (let num = 0; num < maxTables; num++) {
      yield slotOf(container, num).read;
      const table = slotOf(container, num).value;
      if (table !== null && table.start <= iova && iova < table.end) return { num, table };
    }
    return null;
  }

  /** The table group of the newest group of the container, or null: it speaks for all of them. */
  *tceIommuFirstTableGroup(this: SpaprKernel, container: TceContainer): Steps<TableGroup | null> {
    const first = yield* listFirst(container.groupList);
    return first?.group.tableGroup ?? null;
  }

  /** A window of 2^pageShift pages in the lowest free slot; answers its table or an errno. */
  *tceIommuCreateWindow(
    this: SpaprKernel,
    container: TceContainer,
    pageShift: number,
    windowSize: U64,
    levels: number,
  ): Steps<IommuTable | number> {
    const num = yield* this.tceIommuFreeSlot(container);
    if (num === null) return ENOSPC;
    const tableGroup = yield* this.tceIommuFirstTableGroup(container);
    if (tableGroup === null) return EFAULT;
    if (Math.floor(tableGroup.pgsizes / 2 ** pageShift) % 2 === 0) return EINVAL;
    const table = yield* this.tceIommuCreateTable(
      container,
      tableGroup,
      num,
      pageShift,
      windowSize,
      levels,
    );
    if (typeof table === 'number') return table;
    const ret = yield* this.tceIommuSetWindows(container, num, table);
    if (ret !== 0) {
      yield* this.tceIommuFreeTable(container, table);
      return ret;
    }
    yield slotOf(container, num).write;
    slotOf(container, num).value = table;
    return table;
  }

  *tceIommuFreeSlot(this: SpaprKernel, container: TceContainer): Steps<number | null> {
    for (let num = 0; num < maxTables; num++) {
      yield slotOf(container, num).read;
      if (slotOf(container, num).value === null) return num;
    }
    return null;
  }

  /** Programs the table into every attached group, or into none. */
  *tceIommuSetWindows(
    this: SpaprKernel,
    container: TceContainer,
    num: number,
    table: IommuTable,
  ): Steps<number> {
    const set: TableGroup[] = [];
    for (let g = yield* listFirst(container.groupList); g !== null; g = yield* listNext(g)) {
      const tableGroup = g.group.tableGroup as TableGroup;
      const ret = yield* this.pnvSetWindow(tableGroup, num, table);
      if (ret !== 0) {
        for (const done of set) yield* this.pnvUnsetWindow(done, num);
        return ret;
      }
      set.push(tableGroup);
    }
    return 0;
  }

  /** tce_iommu_create_table: charges the table to the container's process. */
  *tceIommuCreateTable(
    this: SpaprKernel,
    container: TceContainer,
    tableGroup: TableGroup,
    num: number,
    pageShift: number,
    windowSize: U64,
    levels: number,
  ): Steps<IommuTable | number> {
    const bytes = this.pnvGetTableSize(tableGroup, pageShift, windowSize, levels);
    if (bytes === 0) return EINVAL;
    const pages = Math.floor(bytes / 2 ** this.world.geometry.pageShift);
    const mm = yield* this.tceMm(container);
    if (mm !== null) {
      yield mm.lockedVm.charge(pages);
      if (!mm.lockedVm.charged) return ENOMEM;
    }
    const table = yield* this.pnvCreateTable(tableGroup, num, pageShift, windowSize, levels);
    if (typeof table === 'number') {
      yield* this.tceIommuTableRefused(mm, pages);
      return table;
    }
    return yield* this.tceIommuViewForTable(container, table, mm, pages);
  }

  /** create_table failed: what was charged for it is given back. */
  *tceIommuTableRefused(this: SpaprKernel, mm: Mm | null, pages: number): Steps {
    if (mm !== null) yield mm.lockedVm.uncharge(pages);
  }

  /** The view came with the table. */
  *tceIommuViewForTable(
    this: SpaprKernel,
    _container: TceContainer,
    table: IommuTable,
    _mm: Mm | null,
    _pages: number,
  ): Steps<IommuTable | number> {
    return table;
  }

  /** tce_iommu_userspace_view_alloc: for a table that came without one. */
  *tceIommuUserspaceViewAlloc(
    this: SpaprKernel,
    container: TceContainer,
    table: IommuTable,
  ): Steps<number> {
    yield* this.tceIommuMmSet(container);
    const mm = yield* this.tceMm(container);
    const pages = this.tceViewPages(table.itSize);
    if (mm !== null) {
      yield mm.lockedVm.charge(pages);
      if (!mm.lockedVm.charged) return ENOMEM;
    }
    if (yield* this.world.refuses('vzalloc')) {
      if (mm !== null) yield mm.lockedVm.uncharge(pages);
      return ENOMEM;
    }
    yield table.itUserspace.write;
    table.itUserspace.value = this.world.heap.create(UserspaceView, table.itSize);
    return 0;
  }

  /** tce_iommu_free_table: uncharges the table and drops the container's reference. */
  *tceIommuFreeTable(this: SpaprKernel, container: TceContainer, table: IommuTable): Steps {
    const pages = Math.floor(table.itAllocatedSize / 2 ** this.world.geometry.pageShift);
    yield* this.tceIommuUserspaceViewFree(container, table);
    yield table.itKref.put;
    if (table.itKref.wasLast) {
      if (table.ownView !== null) yield table.ownView.free;
      yield table.free;
    }
    const mm = yield* this.tceMm(container);
    if (mm !== null) yield mm.lockedVm.uncharge(pages);
  }

  /** tce_iommu_userspace_view_free: only for a view that did not come with its table. */
  *tceIommuUserspaceViewFree(this: SpaprKernel, container: TceContainer, table: IommuTable): Steps {
    if (table.ownView !== null) return;
    yield table.itUserspace.read;
    const view = table.itUserspace.value;
    if (view === null) return;
    yield table.itUserspace.write;
    table.itUserspace.value = null;
    yield view.free;
    const mm = yield* this.tceMm(container);
    if (mm !== null) yield mm.lockedVm.uncharge(this.tceViewPages(view.length));
  }

  /** Host pages of a view of so many entries, eight bytes each. */
  tceViewPages(this: SpaprKernel, entries: number): number {
    return Math.ceil((entries * 8) / 2 ** this.world.geometry.pageShift);
  }

  /** The default window, if the container still waits for it; the locks are held. */
  *tceIommuCreateDefaultWindow(this: SpaprKernel, container: TceContainer): Steps<number> {
    yield container.defWindowPending.readOnce;
    if (!container.defWindowPending.value) return 0;
    const tableGroup = yield* this.tceIommuFirstTableGroup(container);
    if (tableGroup === null) return ENODEV;
    const size = tableGroup.tce32Size;
    const table = yield* this.tceIommuCreateWindow(container, pageShift4K, size, 1);
    if (typeof table === 'number') return table;
    yield container.defWindowPending.writeOnce;
    container.defWindowPending.value = false;
    return 0;
  }

  /** MAP and UNMAP hold no lock yet: look first, then take the locks and look again. */
  *tceIommuDefaultWindowForMap(this: SpaprKernel, container: TceContainer): Steps<number> {
    yield container.defWindowPending.readOnce;
    if (!container.defWindowPending.value) return 0;
    yield container.lock.lock;
    yield container.windows.downWrite;
    const ret = yield* this.tceIommuCreateDefaultWindow(container);
    yield container.windows.upWrite;
    yield container.lock.unlock;
    return ret;
  }

  /** tce_iommu_remove_window: any address inside a window names it. */
  *tceIommuRemoveWindow(this: SpaprKernel, container: TceContainer, start: U64): Steps<number> {
    const found = yield* this.tceIommuFindTable(container, start);
    if (found === null) return EINVAL;
    const { num, table } = found;
    yield* this.tceIommuClearAll(container, table);
    for (let g = yield* listFirst(container.groupList); g !== null; g = yield* listNext(g))
      yield* this.pnvUnsetWindow(g.group.tableGroup as TableGroup, num);
    yield slotOf(container, num).write;
    slotOf(container, num).value = null;
    yield* this.tceIommuFreeTable(container, table);
    return 0;
  }
}
