// A set of address ranges as one value: what an IOVA allocator has handed out or keeps back.

import { hex } from '../../hex.ts';
import { TextValue } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';

/** The range includes its end. */
export interface Range {
  readonly start: U64;
  readonly end: U64;
}

export class Ranges extends TextValue {
  /** Ascending; ranges of one set may touch, and overlap only where a defect made them. */
  readonly list: readonly Range[];

  constructor(name: string, list: readonly Range[]) {
    super(name);
    this.list = list;
  }

  with(start: U64, end: U64): Ranges {
    return ranges([...this.list, { start, end }]);
  }

  /** Without one range of exactly these bounds. */
  without(start: U64, end: U64): Ranges {
    const at = this.list.findIndex((r) => r.start === start && r.end === end);
    return at < 0 ? this : ranges(this.list.toSpliced(at, 1));
  }

  meets(start: U64, end: U64): boolean {
    return this.list.some((r) => r.start <= end && start <= r.end);
  }

  /** The first two that overlap; null if there are none. */
  overlap(): readonly [Range, Range] | null {
    for (const [i, range] of this.list.entries()) {
      const next = this.list[i + 1];
      if (next !== undefined && next.start <= range.end) return [range, next];
    }
    return null;
  }
}

const known = new Map<string, Ranges>();

/** The one set of these ranges. */
export function ranges(list: readonly Range[]): Ranges {
  const sorted = [...list].sort((a, b) => a.start - b.start || a.end - b.end);
  const name = sorted.map(({ start, end }) => `${hex(start)}-${hex(end)}`).join(' ') || 'none';
  let value = known.get(name);
  if (value === undefined) known.set(name, (value = new Ranges(name, sorted)));
  return value;
}

export const noRanges = ranges([]);
