// Leaves of a domain as a list: cutting a range into pages, finding, adding, removing. Functions of
// values; spec/iommu-core.md §2, §10, spec/split-merge-dirty.md §8.
import type { Leaf } from './state.ts';

export const aligned = (size: number, ...values: readonly number[]): boolean =>
  values.every((value) => value % size === 0);

/** The largest page that fits, and how many before a larger one does: iommu_pgsize. */
export function step(
  sizes: readonly number[],
  iova: number,
  pa: number,
  size: number,
): { readonly page: number; readonly count: number } {
  const page = sizes.filter((s) => s <= size && iova % s === 0 && pa % s === 0).at(-1) as number;
  const larger = sizes.find((s) => s > page);
  if (larger === undefined || iova % larger !== pa % larger)
    return { page, count: Math.floor(size / page) };
  const distance = larger - (iova % larger);
  const reaches = distance + larger <= size;
  return { page, count: Math.floor((reaches ? distance : size) / page) };
}

/** The leaves of a map, each driver call's run as one where `asRuns` (virtio: one request). */
export function cut(sizes: readonly number[], whole: Leaf, asRuns: boolean): readonly Leaf[] {
  const made: Leaf[] = [];
  for (let at = 0; at < whole.size; ) {
    const { iova, pa, prot } = whole;
    const { page, count } = step(sizes, iova + at, pa + at, whole.size - at);
    const size = asRuns ? page * count : page;
    for (let i = 0; i < (asRuns ? 1 : count); i++, at += size)
      made.push({ iova: iova + at, pa: pa + at, size, prot });
  }
  return made;
}

export const covering = (leaves: readonly Leaf[], iova: number): Leaf | undefined =>
  leaves.find((l) => l.iova <= iova && iova < l.iova + l.size);

export const within = (leaves: readonly Leaf[], iova: number, end: number): readonly Leaf[] =>
  leaves.filter((l) => l.iova < end && iova < l.iova + l.size);

export function withLeaves(leaves: readonly Leaf[], more: readonly Leaf[]): readonly Leaf[] {
  return [...leaves, ...more].sort((a, b) => a.iova - b.iova);
}

/** One way in which an unmap may go: what is left, and how many bytes it tells. */
export interface Unmapped {
  readonly leaves: readonly Leaf[] | null;
  readonly size: readonly [least: number, most: number];
}

const anything: Unmapped = { leaves: null, size: [0, Number.MAX_SAFE_INTEGER] };

/**
 * Every way in which an unmap may go. It removes whole leaves from `iova` on, up to the first hole;
 * `skipsHoles`: drivers that may also count a hole as unmapped.
 */
export function unmapWays(
  leaves: readonly Leaf[],
  iova: number,
  size: number,
  how: { readonly skipsHoles: boolean; readonly splits: boolean },
): readonly Unmapped[] {
  const end = iova + size;
  const ways: Unmapped[] = [];
  let left = leaves;
  let at = iova;
  while (at < end) {
    const leaf = covering(left, at);
    if (leaf === undefined) {
      const next = Math.min(within(left, at, end)[0]?.iova ?? end, end);
      const most = how.skipsHoles && next < end ? next : at;
      ways.push({ leaves: left, size: [at - iova, most - iova] });
      if (!how.skipsHoles) return ways;
      at = next;
      continue;
    }
    const leafEnd = leaf.iova + leaf.size;
    const inside = leaf.iova < at || leafEnd > end;
    if (inside && how.splits) return [...ways, anything];
    if (leaf.iova < at && leafEnd < end) return [...ways, anything];
    left = left.filter((l) => l !== leaf);
    // From the middle of a leaf, the whole of it counts.
    if (leaf.iova < at) return [...ways, { leaves: left, size: [leafEnd - iova, leaf.size] }];
    at = leafEnd;
  }
  ways.push({ leaves: left, size: [at - iova, at - iova] });
  return ways;
}
