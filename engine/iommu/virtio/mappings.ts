// Sets of mappings as values: the driver's interval tree of a domain, and what the device has.
// Equal sets are the same object. Ranges include their last address.

import { hex } from '../../hex.ts';
import { TextValue } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';

/** VIRTIO_IOMMU_MAP_F_*. */
export const mapFlag = { read: 1, write: 2, mmio: 4 } as const;

/** One MAP request's region. */
export interface Mapping {
  readonly start: U64;
  readonly last: U64;
  readonly phys: U64;
  readonly flags: number;
}

export class Mappings extends TextValue {
  /** In order of their starts. */
  readonly all: readonly Mapping[];

  constructor(name: string, all: readonly Mapping[]) {
    super(name);
    this.all = all;
  }

  get empty(): boolean {
    return this.all.length === 0;
  }

  with(mapping: Mapping): Mappings {
    return mappings([...this.all, mapping]);
  }

  without(gone: readonly Mapping[]): Mappings {
    return gone.length === 0 ? this : mappings(this.all.filter((m) => !gone.includes(m)));
  }

  /** Those that touch [start, last], in order. */
  overlapping(start: U64, last: U64): readonly Mapping[] {
    return this.all.filter((m) => m.start <= last && m.last >= start);
  }
}

const known = new Map<string, Mappings>();
const byStart = (a: Mapping, b: Mapping) => a.start - b.start || a.phys - b.phys;
const letters = (flags: number) =>
  `${(flags & 1) === 0 ? '' : 'r'}${(flags & 2) === 0 ? '' : 'w'}${(flags & 4) === 0 ? '' : 'm'}`;

export const mappingText = ({ start, last, phys, flags }: Mapping): string =>
  `${hex(start)}-${hex(last)}→${hex(phys)} ${letters(flags)}`;

/** The one set of these mappings. */
export function mappings(all: readonly Mapping[]): Mappings {
  const sorted = all.toSorted(byStart);
  const name = `{${sorted.map(mappingText).join(', ')}}`;
  let value = known.get(name);
  if (value === undefined) known.set(name, (value = new Mappings(name, sorted)));
  return value;
}

export const noMappings = mappings([]);
