// The platform's side of dynamic DMA windows (arch/powerpc/platforms/powernv/pci-ioda*.c): table
// sizes, tables, and what a group's hardware is programmed with.

import { EINVAL, EIO, ENOMEM, EPERM } from '../errno.ts';
import type { Steps } from '../runtime/index.ts';
import type { SpaprKernel } from '../vfio/spapr/kernel.ts';
import type { U64 } from '../vfio/vocabulary.ts';
import { IommuTable, UserspaceView } from './iommuTable.ts';
import { slotOf, type TableGroup } from './tableGroup.ts';

/** Bytes of the smallest part of a TCE table, and of one TCE. */
const smallestTable = 4096;
const bytesPerTce = 8;
/** Largest bus address that levels may span, as log2: the check of table_alloc_pages. */
const maxAddressBits = 55;

const isPowerOfTwo = (x: number): boolean => x > 0 && Number.isInteger(Math.log2(x));

export class PnvIoda2Steps {
  /**
   * get_table_size: bytes for the hardware's table and the userspace copy of it; 0 if the window
   * cannot be made.
   */
  pnvGetTableSize(
    this: SpaprKernel,
    group: TableGroup,
    pageShift: number,
    windowSize: U64,
    levels: number,
  ): number {
    if (levels < 1 || levels > group.maxLevels || !isPowerOfTwo(windowSize)) return 0;
    const entriesShift = Math.log2(windowSize) - pageShift;
    if (entriesShift < 0) return 0;
    const levelShift = Math.ceil(entriesShift / levels) + Math.log2(bytesPerTce);
    const direct = 2 ** Math.max(levelShift, this.world.geometry.pageShift);
    let table = Math.max(smallestTable, 2 ** entriesShift * bytesPerTce);
    let bytes = 0;
    for (let level = 0; level < levels; level++) {
      bytes += Math.ceil(table / direct) * direct;
      table = Math.max((table / direct) * bytesPerTce, direct);
    }
    return this.pnvTableCopies() * bytes;
  }

  /** The hardware's table and the userspace view are charged alike. */
  pnvTableCopies(this: SpaprKernel): number {
    return 2;
  }

  /** create_table for slot `num`. */
  *pnvCreateTable(
    this: SpaprKernel,
    group: TableGroup,
    num: number,
    pageShift: number,
    windowSize: U64,
    levels: number,
  ): Steps<IommuTable | number> {
    const { geometry, heap } = this.world;
    const entries = windowSize / 2 ** pageShift;
    const levelShift = Math.max(Math.ceil(Math.log2(entries) / levels) + 3, geometry.pageShift);
    if (entries < 1 || (levelShift - 3) * levels + pageShift >= maxAddressBits) return EINVAL;
    if (yield* this.world.refuses('create_table')) return ENOMEM;
    const size = this.pnvGetTableSize(group, pageShift, windowSize, levels);
    const start = num === 0 ? geometry.tce32Start : geometry.tce64Start;
    const view = this.pnvUserspaceView(entries);
    const offset = start / 2 ** pageShift;
    return heap.create(IommuTable, group, offset, entries, pageShift, size, false, view);
  }

  /** The userspace view that comes with a table. */
  pnvUserspaceView(this: SpaprKernel, entries: number): UserspaceView | null {
    return this.world.heap.create(UserspaceView, entries);
  }

  /** set_window: the group's hardware uses the table from now on. */
  *pnvSetWindow(
    this: SpaprKernel,
    group: TableGroup,
    num: number,
    table: IommuTable,
  ): Steps<number> {
    if (yield* this.world.refuses('set_window')) return EIO;
    // pseries hardware knows only the tables that were made for the group itself.
    if (this.world.geometry.ownTablesOnly && table.maker !== group) return EPERM;
    const slot = slotOf(group, num);
    yield slot.write;
    slot.value = table;
    return 0;
  }

  *pnvUnsetWindow(this: SpaprKernel, group: TableGroup, num: number): Steps {
    const slot = slotOf(group, num);
    yield slot.write;
    slot.value = null;
  }
}
