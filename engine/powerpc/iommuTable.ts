// struct iommu_table: the TCEs of one DMA window and the userspace view beside them.

import {
  Access,
  type Birth,
  type Cell,
  Flag,
  KernelObject,
  Refcount,
  Spinlock,
  Trip,
} from '../runtime/index.ts';
import { hex } from '../hex.ts';
import type { U64 } from '../vfio/vocabulary.ts';

/**
 * A TCE as one number: host address (a multiple of 4096) plus direction, bit 0 that the device may
 * read and bit 1 that it may write; 0 is DMA_NONE.
 */
export type Tce = number;

export const tceOf = (hpa: U64, direction: number): Tce => hpa + direction;
export const directionOf = (tce: Tce): number => tce % 4096;
export const hpaOf = (tce: Tce): U64 => tce - (tce % 4096);

/** A lazily filled array of cells with KASAN's eye on its bounds. */
class CellArray {
  private readonly cells = new Map<number, Cell<number>>();
  private readonly make: (index: number) => Cell<number>;
  private readonly owner: KernelObject;
  private readonly length: number;

  constructor(owner: KernelObject, length: number, make: (index: number) => Cell<number>) {
    this.owner = owner;
    this.length = length;
    this.make = make;
  }

  at(index: number): Cell<number> {
    if (index < 0 || index >= this.length)
      throw new Trip(
        'out-of-bounds',
        this.owner,
        `entry ${index} of the ${this.owner.title}, which has ${this.length}`,
      );
    let cell = this.cells.get(index);
    if (cell === undefined) this.cells.set(index, (cell = this.make(index)));
    return cell;
  }

  /** Indices of the entries that are not zero, ascending. */
  live(): number[] {
    const live: number[] = [];
    for (const [index, cell] of this.cells) if (cell.stored !== 0) live.push(index);
    return live.sort((a, b) => a - b);
  }
}

/** it_userspace: the user address behind each TCE, 0 = none. */
export class UserspaceView extends KernelObject {
  readonly entries: CellArray;
  readonly length: number;

  constructor(birth: Birth, length: number) {
    super(birth);
    this.length = length;
    this.entries = new CellArray(this, length, (i) => this.cell(`[${i}]`, 0));
  }

  get kind(): string {
    return 'it_userspace';
  }
}

export class IommuTable extends KernelObject {
  /** The group for which create_table made it; null for a table made at boot. */
  readonly maker: KernelObject | null;
  /** First entry, in IOMMU pages from bus address 0; number of entries; log2 of the IOMMU page. */
  readonly itOffset: number;
  readonly itSize: number;
  readonly itPageShift: number;
  /** Bytes charged to locked_vm for the table; 0 for a table made at boot. */
  readonly itAllocatedSize: number;
  /** The kernel's own DMA bitmap is there (legacy tables). */
  readonly itMap: boolean;
  /** The view that came with the table, or null: then `itUserspace` may hold one. */
  readonly ownView: UserspaceView | null;
  readonly itUserspace: Cell<UserspaceView | null>;
  readonly itKref: Refcount;
  /** Makes the exchange of a TCE and of its userspace entry one step. */
  readonly entryLock: Spinlock;
  readonly tces: CellArray;
  /**
   * Looks for live TCEs all over a large table in one step; answers their indices, joined by commas.
   * The kernel walks entry by entry, which no other task can tell while windows are held for write.
   */
  readonly scan: Access;

  constructor(
    birth: Birth,
    maker: KernelObject | null,
    itOffset: number,
    itSize: number,
    itPageShift: number,
    itAllocatedSize: number,
    itMap: boolean,
    ownView: UserspaceView | null,
  ) {
    super(birth);
    this.maker = maker;
    this.itOffset = itOffset;
    this.itSize = itSize;
    this.itPageShift = itPageShift;
    this.itAllocatedSize = itAllocatedSize;
    this.itMap = itMap;
    this.ownView = ownView;
    this.itUserspace = this.cell<UserspaceView | null>('it_userspace', null);
    this.itKref = new Refcount(this, 'it_kref', 1);
    this.entryLock = new Spinlock(this, 'it_entry_lock');
    this.tces = new CellArray(this, itSize, (i) => this.cell(`tce[${i}]`, 0));
    this.scan = new Access(this.cell('tces', 0), 'scan', Flag.whole, {
      outcome: () => this.tces.live().join(','),
    });
  }

  get kind(): string {
    return 'table';
  }

  override get title(): string {
    return `table of window ${hex(this.start)}`;
  }

  get start(): U64 {
    return this.itOffset * 2 ** this.itPageShift;
  }

  get end(): U64 {
    return (this.itOffset + this.itSize) * 2 ** this.itPageShift;
  }

  /** The view in force, from outside. */
  get view(): UserspaceView | null {
    return this.ownView ?? this.itUserspace.stored;
  }

  /** The TCE of absolute entry number `entry`. */
  tce(entry: number): Cell<Tce> {
    return this.tces.at(entry - this.itOffset);
  }
}
