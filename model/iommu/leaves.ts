// Leaves of a domain as a list: cutting a range into pages, finding, adding, removing. Functions of
// values; spec/iommu-core.md §2, §10, spec/split-merge-dirty.md §8.
import type { Leaf } from './state.ts';
import type { DriverKind } from './vocabulary.ts';

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

/** Segments one after the other from `iova` on; those that follow each other in memory are one. */
export function merged(
  iova: number,
  segments: readonly { readonly pa: number; readonly size: number }[],
  prot: number,
): readonly Leaf[] {
  const wholes: Leaf[] = [];
  let at = iova;
  for (const { pa, size } of segments) {
    const last = wholes.at(-1);
    if (last !== undefined && last.pa + last.size === pa)
      wholes[wholes.length - 1] = { ...last, size: last.size + size };
    else wholes.push({ iova: at, pa, size, prot });
    at += size;
  }
  return wholes;
}

export const covering = (leaves: readonly Leaf[], iova: number): Leaf | undefined =>
  leaves.find((l) => l.iova <= iova && iova < l.iova + l.size);

export const within = (leaves: readonly Leaf[], iova: number, end: number): readonly Leaf[] =>
  leaves.filter((l) => l.iova < end && iova < l.iova + l.size);

export const withLeaves = (leaves: readonly Leaf[], more: readonly Leaf[]): readonly Leaf[] =>
  [...leaves, ...more].sort((a, b) => a.iova - b.iova);

/** One way in which an unmap may go: what is left, and how many bytes it tells. */
export interface Unmapped {
  readonly leaves: readonly Leaf[] | null;
  /** How what is left is cut into leaves is not known. */
  readonly vague: boolean;
  readonly size: readonly [least: number, most: number];
}

const anything: Unmapped = { leaves: null, vague: false, size: [0, Number.MAX_SAFE_INTEGER] };

const way = (leaves: readonly Leaf[], least: number, most = least): Unmapped => ({
  leaves,
  vague: false,
  size: [least, most],
});

/**
 * Every way in which an unmap may go: whole leaves from `iova` on, up to the first hole (§7.2). By
 * driver (§10): Intel and AMD may count a hole as unmapped, and take all of a leaf that the range only
 * touches; Arm has split it, taken all of it or none, from version to version. `sizes`: of pages; Arm
 * takes a table as a whole, holes and all, where the range covers it.
 */
export function unmapWays(
  leaves: readonly Leaf[],
  iova: number,
  size: number,
  driver: DriverKind,
  sizes: readonly number[] = [],
): readonly Unmapped[] {
  if (driver === 'virtio') return virtioWays(leaves, iova, size);
  const end = iova + size;
  const ways: Unmapped[] = [];
  let left = leaves;
  for (let at = iova; at < end; ) {
    const leaf = covering(left, at);
    if (leaf === undefined) {
      const next = Math.min(within(left, at, end)[0]?.iova ?? end, end);
      if (driver === 'arm') {
        ways.push(way(left, at - iova));
        const whole = sizes.slice(1).find((s) => coversBlock(s, at, iova, end));
        if (whole === undefined) return ways;
        const blockEnd = at - (at % whole) + whole;
        left = left.filter((l) => l.iova < at || l.iova >= blockEnd);
        at = blockEnd;
        if (at >= end) ways.push(way(left, at - iova));
        continue;
      }
      ways.push(way(left, at - iova, next - iova));
      at = next;
      continue;
    }
    const leafEnd = leaf.iova + leaf.size;
    if (driver === 'arm' && (leaf.iova < at || leafEnd > end))
      return [...ways, ...armInside(left, leaf, iova, at, end)];
    if (leaf.iova < at && leafEnd < end) return [...ways, anything];
    left = left.filter((l) => l !== leaf);
    // From the middle of a leaf, the whole of it counts.
    if (leaf.iova < at) return [...ways, way(left, leafEnd - iova, leaf.size)];
    at = leafEnd;
    if (at >= end) ways.push(way(left, at - iova));
  }
  return ways.length === 0 ? [way(left, 0)] : ways;
}

/** Whether the block of this size around an address lies in [start, end). */
const coversBlock = (size: number, at: number, start: number, end: number): boolean =>
  at - (at % size) >= start && at - (at % size) + size <= end;

/** A range that begins or ends inside a block. */
function armInside(
  leaves: readonly Leaf[],
  leaf: Leaf,
  iova: number,
  at: number,
  end: number,
): readonly Unmapped[] {
  const leafEnd = leaf.iova + leaf.size;
  const others = leaves.filter((l) => l !== leaf);
  const before = { ...leaf, size: at - leaf.iova };
  const after = { ...leaf, iova: end, size: leafEnd - end, pa: leaf.pa + (end - leaf.iova) };
  const rest = [before, after].filter((l) => l.size > 0);
  const split = { ...way(withLeaves(others, rest), end - iova), vague: true };
  const taken = way(others, leafEnd - iova, at - iova + leaf.size);
  return [way(leaves, at - iova), taken, leafEnd >= end ? split : anything];
}

/** Requests go as a whole; what becomes of a range with holes is the driver's affair (§9.8). */
function virtioWays(leaves: readonly Leaf[], iova: number, size: number): readonly Unmapped[] {
  const gone = within(leaves, iova, iova + size);
  let at = iova;
  for (const leaf of gone) {
    if (leaf.iova !== at) return [anything];
    at = leaf.iova + leaf.size;
  }
  if (gone.length === 0) return [way(leaves, 0)];
  const left = leaves.filter((l) => !gone.includes(l));
  return at < iova + size ? [anything] : [way(left, at - iova)];
}
