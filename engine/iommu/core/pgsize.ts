// iommu_pgsize: how map and unmap cut a range into pages. A function of numbers, nothing else.

import type { U64 } from '../../vfio/vocabulary.ts';

export interface Run {
  readonly pgsize: number;
  /** Pages of that size that one call of the driver may do. */
  readonly count: number;
}

/** Whether all of the numbers are multiples of the power of two `size`. */
export const aligned = (size: number, ...values: readonly number[]): boolean =>
  values.every((v) => v % size === 0);

/**
 * The largest page that fits, and how many of it fit before a larger one does (spec/iommu-core.md
 * §2). `sizes` ascending; iova, pa and size are multiples of the smallest.
 */
export function iommuPgsize(sizes: readonly number[], iova: U64, pa: U64, size: number): Run {
  const fits = sizes.filter((s) => s <= size && aligned(s, iova, pa));
  const pgsize = fits.at(-1) as number;
  const count = Math.floor(size / pgsize);
  const next = sizes[sizes.indexOf(pgsize) + 1];
  // The larger page can only ever be used where iova and pa are congruent.
  if (next === undefined || (iova - pa) % next !== 0) return { pgsize, count };
  const distance = next - (iova % next);
  return distance + next <= size ? { pgsize, count: distance / pgsize } : { pgsize, count };
}
