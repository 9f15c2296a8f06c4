// Page tables: radix trees whose entries are cells. No behaviour: walks are the steps of mapping.ts.

import { type Birth, type Cell, KernelObject } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuGeometry } from '../vocabulary/index.ts';
import type { Leaf } from './leaf.ts';

/** What an entry holds: nothing, a leaf, or the next table. */
export type Entry = Leaf | PageTable | null;

export class PageTable extends KernelObject {
  /** 0 is the last level. */
  readonly level: number;
  /** First address that the table translates. */
  readonly iova: U64;
  private readonly entries = new Map<number, Cell<Entry>>();

  constructor(birth: Birth, level: number, iova: U64) {
    super(birth);
    this.level = level;
    this.iova = iova;
  }

  get kind(): string {
    return 'page_table';
  }

  override get title(): string {
    return `page table (level ${this.level}, iova 0x${this.iova.toString(16)})`;
  }

  at(index: number): Cell<Entry> {
    let entry = this.entries.get(index);
    if (entry === undefined)
      this.entries.set(index, (entry = this.cell<Entry>(`[${index}]`, null)));
    return entry;
  }

  /** Indices of the entries that were ever touched, in order: for properties and reports. */
  touched(): number[] {
    return [...this.entries.keys()].sort((a, b) => a - b);
  }
}

/** Bytes that one entry of a table of this level translates. */
export function entrySize({ pageShift, levelBits }: IommuGeometry, level: number): number {
  return 2 ** (pageShift + level * levelBits);
}

/** Index in a table of this level. */
export function entryIndex(geometry: IommuGeometry, level: number, iova: U64): number {
  return Math.floor(iova / entrySize(geometry, level)) % 2 ** geometry.levelBits;
}

/** First address beyond what a page table can translate. */
export function addressLimit({ pageShift, levelBits, levels }: IommuGeometry): number {
  return 2 ** (pageShift + levels * levelBits);
}

/** Leaf sizes in bytes, ascending: the domain's pgsize_bitmap. */
export function leafSizes(geometry: IommuGeometry): number[] {
  return geometry.leafLevels.map((level) => entrySize(geometry, level)).sort((a, b) => a - b);
}
