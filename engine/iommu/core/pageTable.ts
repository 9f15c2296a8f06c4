// Page tables: radix trees whose entries are cells. No behaviour: walks are the steps of mapping.ts.

import {
  Access,
  type Birth,
  type Cell,
  Flag,
  type Hashed,
  hashString,
  hashString2,
  KernelObject,
} from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuGeometry } from '../vocabulary/index.ts';
import type { Leaf } from './leaf.ts';

/** What an entry holds: nothing, a leaf, or the next table. */
export type Entry = Leaf | PageTable | null;

/** Tables below a table, as one value. */
class TableList implements Hashed {
  readonly hash: number;
  readonly hash2: number;
  readonly tables: readonly PageTable[];

  constructor(key: string, tables: readonly PageTable[]) {
    this.hash = hashString(key);
    this.hash2 = hashString2(key);
    this.tables = tables;
  }
}

export class PageTable extends KernelObject {
  /** 0 is the last level. */
  readonly level: number;
  /** First address that the table translates. */
  readonly iova: U64;
  /** Reads all entries of a table that nobody else can reach any more, for `below`. */
  readonly children: Access;
  private readonly lists = new Map<string, TableList>();
  private readonly entries = new Map<number, Cell<Entry>>();

  constructor(birth: Birth, level: number, iova: U64) {
    super(birth);
    this.level = level;
    this.iova = iova;
    this.children = new Access(this.cell('entries', 0), 'read all', Flag.reads | Flag.whole, {
      outcome: () => this.listed(),
    });
  }

  /** The tables that `children`, the access just made, has found. */
  get below(): { readonly tables: readonly PageTable[] } {
    return this.children.cell.outcome as TableList;
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

  private listed(): TableList {
    const entries = this.touched().map((i) => this.at(i).stored);
    const tables = entries.filter((e): e is PageTable => e instanceof PageTable);
    const key = tables.map((t) => t.name).join(' ');
    let list = this.lists.get(key);
    if (list === undefined) this.lists.set(key, (list = new TableList(key, tables)));
    return list;
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

/**
 * Values of which some hold tables, by name. Tables belong to one world, and their names are unique in
 * it only: so are the values that hold them.
 */
export class ByTables<T> {
  private readonly without = new Map<string, T>();
  private readonly holding = new WeakMap<PageTable, Map<string, T>>();

  /** The values that hold these tables. */
  of(tables: readonly PageTable[]): Map<string, T> {
    if (tables.length === 0) return this.without;
    const first = tables.reduce((a, b) => (b.name < a.name ? b : a));
    let values = this.holding.get(first);
    if (values === undefined) this.holding.set(first, (values = new Map()));
    return values;
  }
}
