// The IOTLB and the paging-structure cache of one domain: which translations the hardware may still use
// although the page table says otherwise. One value, and the accesses that the hardware makes of it.

import { hex } from '../../hex.ts';
import {
  Access,
  Cell,
  Flag,
  type KernelObject,
  TextValue,
  type Value,
} from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { Leaf } from './leaf.ts';
import { ByTables, type PageTable } from './pageTable.ts';

/** A cached translation (a leaf) or a cached step of the walk (a table), for an address range. */
export interface TlbEntry {
  readonly iova: U64;
  readonly size: U64;
  readonly what: Leaf | PageTable;
}

/** What an invalidation drops: leaves only, or cached steps of the walk too. */
export type Invalidate = 'leaves' | 'all';

export const isLeafEntry = (e: TlbEntry): e is TlbEntry & { readonly what: Leaf } => 'pa' in e.what;

export class TlbSet extends TextValue {
  readonly entries: readonly TlbEntry[];
  /** Tasks whose transaction has missed and is walking the page table, as bits. */
  readonly walkers: number;
  private readonly kept = new Map<string, TlbSet>();

  constructor(name: string, entries: readonly TlbEntry[], walkers: number) {
    super(name);
    this.entries = entries;
    this.walkers = walkers;
  }

  /** With one more entry, in place of the one of the same range. */
  with(entry: TlbEntry): TlbSet {
    const others = this.entries.filter(
      (e) =>
        e.iova !== entry.iova || e.size !== entry.size || isLeafEntry(e) !== isLeafEntry(entry),
    );
    return tlb([...others, entry], this.walkers);
  }

  /** Without the entries that touch [start, end]. */
  without(start: U64, end: U64, what: Invalidate = 'all'): TlbSet {
    const key = `${start}-${end} ${what}`;
    let set = this.kept.get(key);
    if (set === undefined) this.kept.set(key, (set = this.dropping(start, end, what)));
    return set;
  }

  /** With a task's walk begun or ended. */
  walking(task: number, walks: boolean): TlbSet {
    const bit = 1 << task;
    return tlb(this.entries, walks ? this.walkers | bit : this.walkers & ~bit);
  }

  /** The cached leaf for an address; null if there is none. */
  leafAt(iova: U64): TlbEntry | null {
    return this.entries.find((e) => isLeafEntry(e) && covers(e, iova)) ?? null;
  }

  /** The cached table nearest to the leaf for an address; null if there is none. */
  tableAt(iova: U64): PageTable | null {
    const tables = this.entries.filter((e) => !isLeafEntry(e) && covers(e, iova));
    tables.sort((a, b) => a.size - b.size);
    return (tables[0]?.what as PageTable | undefined) ?? null;
  }

  private dropping(start: U64, end: U64, what: Invalidate): TlbSet {
    const touched = (e: TlbEntry) => e.iova <= end && e.iova + e.size - 1 >= start;
    const drops = (e: TlbEntry) => touched(e) && (what === 'all' || isLeafEntry(e));
    const kept = this.entries.filter((e) => !drops(e));
    return kept.length === this.entries.length ? this : tlb(kept, this.walkers);
  }
}

const covers = ({ iova: start, size }: TlbEntry, iova: U64) => iova >= start && iova < start + size;

const byTables = new ByTables<TlbSet>();

const tablesOf = (entries: readonly TlbEntry[]): PageTable[] =>
  entries.filter((e) => !isLeafEntry(e)).map((e) => e.what as PageTable);

/** The one set with these entries. */
export function tlb(entries: readonly TlbEntry[], walkers = 0): TlbSet {
  const text = (e: TlbEntry) => `${hex(e.iova)}+${hex(e.size)}→${e.what.name}`;
  const list = entries.length === 0 ? 'empty' : entries.map(text).sort().join(', ');
  const name = walkers === 0 ? list : `${list}; walked by ${walkers}`;
  const known = byTables.of(tablesOf(entries));
  let value = known.get(name);
  if (value === undefined) known.set(name, (value = new TlbSet(name, entries, walkers)));
  return value;
}

export const emptyTlb = tlb([]);

/** What a walk has found: the leaf, and the last table on the way to it. */
export interface Walked {
  readonly iova: U64;
  readonly leaf: Leaf;
  readonly table: PageTable | null;
  readonly tableSize: number;
}

export class Tlb extends Cell<TlbSet> {
  /** The walk of this task ends without anything to insert. */
  readonly abandon: Access;
  private readonly known = new Map<string, Access>();

  constructor(object: KernelObject, field: string) {
    super(object, field, emptyTlb);
    this.abandon = new Access(this, 'walk fails', Flag.mutates, {
      apply: (v, task) => (v as TlbSet).walking(task, false),
    });
  }

  /** Answers the cached leaf, or the nearest cached table, or null; without a leaf, a walk begins. */
  lookUp(iova: U64): Access {
    return this.intern(`look up ${hex(iova)}`, {
      flags: Flag.reads | Flag.mutates,
      outcome: (v) => v.leafAt(iova)?.what ?? v.tableAt(iova),
      apply: (v, task) => (v.leafAt(iova) === null ? v.walking(task, true) : v),
    });
  }

  /** What the walk has found is cached, and the walk is over. */
  insert({ iova, leaf, table, tableSize }: Walked): Access {
    const start = (address: U64, size: number) => address - (address % size);
    return this.intern(`insert ${hex(iova)} ${leaf.name} ${table?.name ?? ''}`, {
      flags: Flag.mutates,
      apply: (v, task) => {
        let set = v.walking(task, false);
        if (table !== null)
          set = set.with({ iova: start(iova, tableSize), size: tableSize, what: table });
        return set.with({ iova: start(iova, leaf.size), size: leaf.size, what: leaf });
      },
    });
  }

  /** Drops what is cached of [start, end]; waits for the walks that have begun. */
  invalidate(start: U64, end: U64, what: Invalidate = 'all'): Access {
    return this.intern(`invalidate ${what} ${hex(start)}-${hex(end)}`, {
      flags: Flag.mutates,
      ready: (v) => v.walkers === 0,
      apply: (v) => v.without(start, end, what),
    });
  }

  private intern(
    verb: string,
    of: {
      readonly flags: number;
      readonly apply: (v: TlbSet, task: number) => TlbSet;
      readonly outcome?: (v: TlbSet) => Value;
      readonly ready?: (v: TlbSet) => boolean;
    },
  ): Access {
    let access = this.known.get(verb);
    if (access !== undefined) return access;
    const { flags, apply, outcome, ready } = of;
    access = new Access(this, verb, flags, {
      apply: (v, task) => apply(v as TlbSet, task),
      ...(outcome === undefined ? {} : { outcome: (v) => outcome(v as TlbSet) }),
      ...(ready === undefined ? {} : { ready: (v) => ready(v as TlbSet) }),
    });
    this.known.set(verb, access);
    return access;
  }
}
