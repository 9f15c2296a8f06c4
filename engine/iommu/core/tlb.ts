// The IOTLB and the paging-structure cache of one domain as one value: which translations the hardware
// may still use although the page table says otherwise.

import { hex } from '../../hex.ts';
import { type Hashed, hashString, hashString2 } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { Leaf } from './leaf.ts';
import type { PageTable } from './pageTable.ts';

/** A cached translation (a leaf) or a cached step of the walk (a table), for an address range. */
export interface TlbEntry {
  readonly iova: U64;
  readonly size: U64;
  readonly what: Leaf | PageTable;
}

export class TlbSet implements Hashed {
  readonly name: string;
  readonly hash: number;
  readonly hash2: number;
  readonly entries: readonly TlbEntry[];

  constructor(name: string, entries: readonly TlbEntry[]) {
    this.name = name;
    this.hash = hashString(name);
    this.hash2 = hashString2(name);
    this.entries = entries;
  }

  /** With one more entry, in place of those that it covers. */
  with(entry: TlbEntry): TlbSet {
    const others = this.entries.filter((e) => e.iova !== entry.iova || e.size !== entry.size);
    return tlb([...others, entry]);
  }

  /** Without the entries that touch [start, end]. */
  without(start: U64, end: U64): TlbSet {
    const kept = this.entries.filter((e) => e.iova > end || e.iova + e.size - 1 < start);
    return kept.length === this.entries.length ? this : tlb(kept);
  }

  /** The cached leaf for an address; null if there is none. */
  leafAt(iova: U64): TlbEntry | null {
    return this.entries.find((e) => 'pa' in e.what && covers(e, iova)) ?? null;
  }

  /** The cached table nearest to the leaf for an address; null if there is none. */
  tableAt(iova: U64): PageTable | null {
    const tables = this.entries.filter((e) => 'level' in e.what && covers(e, iova));
    tables.sort((a, b) => a.size - b.size);
    return (tables[0]?.what as PageTable | undefined) ?? null;
  }
}

const covers = ({ iova: start, size }: TlbEntry, iova: U64) => iova >= start && iova < start + size;

const known = new Map<string, TlbSet>();

/** The one set with these entries. */
export function tlb(entries: readonly TlbEntry[]): TlbSet {
  const text = (e: TlbEntry) => `${hex(e.iova)}+${hex(e.size)}→${e.what.name}`;
  const name = entries.length === 0 ? 'empty' : entries.map(text).sort().join(', ');
  let value = known.get(name);
  if (value === undefined) known.set(name, (value = new TlbSet(name, entries)));
  return value;
}

export const emptyTlb = tlb([]);
