// What one call of split, merge or the dirty log has done: a local of the operation, answered in its
// `out`, so that the stepping can be looked at from outside.

import { hex } from '../../hex.ts';

export interface Tally {
  /** Chunks handed to the driver, by size. */
  readonly chunks: Map<number, number>;
  /** Calls of flush_iotlb_all. */
  flushes: number;
}

export const newTally = (): Tally => ({ chunks: new Map(), flushes: 0 });

export function countChunk({ chunks }: Tally, size: number): void {
  chunks.set(size, (chunks.get(size) ?? 0) + 1);
}

/** As `out`: `chunks`, `flushes`, and the number of chunks of each size under its hex value. */
export function tallyOut({ chunks, flushes }: Tally): Record<string, number> {
  const all = [...chunks].sort(([a], [b]) => a - b);
  const total = all.reduce((sum, [, n]) => sum + n, 0);
  return { chunks: total, flushes, ...Object.fromEntries(all.map(([s, n]) => [hex(s), n])) };
}
