// Sets of addresses as lists of half-open intervals: what a container may map. Values: equal sets
// are the same object. A U64 reaches 2^64 exactly, so an end of 2^64 needs no special case.

import { hex } from '../../hex.ts';
import { type Hashed, hashString, hashString2 } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';

export interface Interval {
  readonly start: U64;
  /** The first address after it. */
  readonly end: U64;
}

export class Ranges implements Hashed {
  readonly intervals: readonly Interval[];
  readonly name: string;
  readonly hash: number;
  readonly hash2: number;

  constructor(intervals: readonly Interval[], name: string) {
    this.intervals = intervals;
    this.name = name;
    this.hash = hashString(name);
    this.hash2 = hashString2(name);
  }

  /** Whether one interval contains all of it. */
  contains(start: U64, end: U64): boolean {
    return this.intervals.some((i) => i.start <= start && end <= i.end);
  }

  intersect(start: U64, end: U64): Ranges {
    return ranges(
      this.intervals.map((i) => ({ start: Math.max(i.start, start), end: Math.min(i.end, end) })),
    );
  }

  without(start: U64, end: U64): Ranges {
    return ranges(
      this.intervals.flatMap((i) => [
        { start: i.start, end: Math.min(i.end, start) },
        { start: Math.max(i.start, end), end: i.end },
      ]),
    );
  }
}

const known = new Map<string, Ranges>();

/** The one set with these intervals; empty ones are dropped. */
export function ranges(intervals: readonly Interval[]): Ranges {
  const kept = intervals.filter((i) => i.start < i.end);
  const name = kept.map((i) => `${hex(i.start)}-${hex(i.end)}`).join(' ');
  let value = known.get(name);
  if (value === undefined) known.set(name, (value = new Ranges(kept, name)));
  return value;
}

/** Every address of 64 bits. */
export const everything = ranges([{ start: 0, end: 2 ** 64 }]);
