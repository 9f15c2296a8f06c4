// How split, sync and clear cut a range into chunks: iommu_pgsize() as it was in 2021, without a
// count. Functions of numbers, nothing else.

import type { U64 } from '../../vfio/vocabulary.ts';
import { aligned } from '../core/pgsize.ts';

/**
 * The largest leaf size that fits into `size` bytes at addresses that are aligned to it (spec/
 * split-merge-dirty.md §1). `sizes` ascending; addresses and size are multiples of the smallest.
 */
export function chunkAt(sizes: readonly number[], size: number, ...addresses: U64[]): number {
  return sizes.findLast((s) => s <= size && aligned(s, ...addresses)) as number;
}

/** The greedy sequence of chunks for a range. */
export function* chunksOf(sizes: readonly number[], iova: U64, size: number): Generator<number> {
  for (let done = 0; done < size; ) {
    const chunk = chunkAt(sizes, size - done, iova + done);
    yield chunk;
    done += chunk;
  }
}
