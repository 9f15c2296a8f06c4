// A leaf of a page table as one value: what a page-table entry says of the page behind it. Leaves are
// interned, so that equal entries are equal values.

import { hex } from '../../hex.ts';
import { type Hashed, hashString, hashString2 } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';

/** IOMMU_READ and its like, include/linux/iommu.h. */
export const prot = { read: 1, write: 2, cache: 4, noexec: 8, mmio: 16 } as const;

export interface LeafFields {
  /** The first byte that the leaf translates to. */
  readonly pa: U64;
  /** Bytes, a power of two. */
  readonly size: U64;
  readonly prot: number;
  /** The hardware may note writes here (DBM, or the D bit enabled for the domain). */
  readonly dbm: boolean;
  readonly dirty: boolean;
  /** Forces snooping: no-snoop transactions are made coherent. */
  readonly snoop: boolean;
}

export class Leaf implements Hashed, LeafFields {
  readonly pa: U64;
  readonly size: U64;
  readonly prot: number;
  readonly dbm: boolean;
  readonly dirty: boolean;
  readonly snoop: boolean;
  /** Printed in traces. */
  readonly name: string;
  readonly hash: number;
  readonly hash2: number;

  constructor({ pa, size, prot: p, dbm, dirty, snoop }: LeafFields, name: string) {
    this.pa = pa;
    this.size = size;
    this.prot = p;
    this.dbm = dbm;
    this.dirty = dirty;
    this.snoop = snoop;
    this.name = name;
    this.hash = hashString(name);
    this.hash2 = hashString2(name);
  }

  /** The same leaf but for some fields. */
  with(changes: Partial<LeafFields>): Leaf {
    const { pa, size, prot: p, dbm, dirty, snoop } = this;
    return leaf({ pa, size, prot: p, dbm, dirty, snoop, ...changes });
  }
}

const known = new Map<string, Leaf>();

/** The one leaf with these fields. */
export function leaf(fields: LeafFields): Leaf {
  const name = nameOf(fields);
  let value = known.get(name);
  if (value === undefined) known.set(name, (value = new Leaf(fields, name)));
  return value;
}

function nameOf({ pa, size, prot: p, dbm, dirty, snoop }: LeafFields): string {
  const letters =
    `${(p & prot.read) === 0 ? '' : 'r'}${(p & prot.write) === 0 ? '' : 'w'}` +
    `${(p & prot.cache) === 0 ? '' : 'c'}${(p & prot.noexec) === 0 ? '' : 'x'}` +
    `${(p & prot.mmio) === 0 ? '' : 'm'}${dbm ? ' dbm' : ''}${dirty ? ' dirty' : ''}` +
    (snoop ? ' snoop' : '');
  return `leaf ${hex(pa)}+${hex(size)} ${letters}`;
}
