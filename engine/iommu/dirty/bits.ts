// Sets of page numbers and of ranges as text: values of cells must be plain, and equal sets must be
// equal values.

import type { U64 } from '../../vfio/vocabulary.ts';

export const bitsText = (bits: Iterable<number>): string =>
  [...new Set(bits)].sort((a, b) => a - b).join(' ');

export const bitsOf = (text: string): Set<number> =>
  new Set(text === '' ? [] : text.split(' ').map(Number));

/** Bits 0 to 51 as one number: bit n is worth 2**n. */
export function bitsMask(bits: Iterable<number>): number {
  let mask = 0;
  for (const bit of new Set(bits)) if (bit >= 0 && bit < 52) mask += 2 ** bit;
  return mask;
}

/** Runs of consecutive numbers among those in [start, end): first, and first beyond. */
export function* runsOf(
  bits: ReadonlySet<number>,
  start: number,
  end: number,
): Generator<readonly [number, number]> {
  const inside = [...bits].filter((b) => b >= start && b < end).sort((a, b) => a - b);
  for (let i = 0; i < inside.length; ) {
    const first = inside[i] as number;
    let next = first + 1;
    while (inside[++i] === next) next++;
    yield [first, next];
  }
}

export interface IovaRange {
  readonly iova: U64;
  readonly size: U64;
}

export const rangesText = (ranges: readonly IovaRange[]): string =>
  [...ranges]
    .sort((a, b) => a.iova - b.iova || a.size - b.size)
    .map(({ iova, size }) => `${iova}+${size}`)
    .join(' ');

export const rangesOf = (text: string): IovaRange[] =>
  text === ''
    ? []
    : text.split(' ').map((range) => {
        const [iova, size] = range.split('+').map(Number) as [number, number];
        return { iova, size };
      });

/** Whether two ranges have an address in common, or are the same. */
export const overlap = (a: IovaRange, b: IovaRange): boolean =>
  sameRange(a, b) || (a.iova < b.iova + b.size && b.iova < a.iova + a.size);

export const sameRange = (a: IovaRange, b: IovaRange): boolean =>
  a.iova === b.iova && a.size === b.size;
