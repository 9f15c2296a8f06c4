// The arithmetic of the specification: alignment, table sizes, backing pages. Pure functions of
// numbers; no state of the container system is read here. Spec: spapr-tce-v2.md §5, §7.
import type { Geometry, Vma } from './vocabulary.ts';

const TWO_64 = 2 ** 64;

export const isAligned = (value: number, shift: number): boolean => value % 2 ** shift === 0;

/** va + size wraps: the sum does not fit in 64 bits. */
export const wraps = (va: number, size: number): boolean => va + size >= TWO_64;

/** ilog2 of a power of two, or -1 when it is none. */
export function exactLog2(value: number): number {
  if (value < 1) return -1;
  const shift = Math.round(Math.log2(value));
  return 2 ** shift === value ? shift : -1;
}

/** Number of trailing zero bits of va | size. */
function commonAlignment(va: number, size: number): number {
  let shift = 12;
  while (shift < 63 && isAligned(va, shift + 1) && isAligned(size, shift + 1)) shift += 1;
  return shift;
}

const vmaAt = (vmas: readonly Vma[], va: number): Vma | undefined =>
  vmas.find((vma) => vma.start <= va && va < vma.end);

/** Page shift of the page that backs va, or -1 when nothing does. */
export const backingPageShift = (vmas: readonly Vma[], va: number): number =>
  vmaAt(vmas, va)?.pageShift ?? -1;

/**
 * Page shift of a region: the largest page that its alignment and every backing page allow, never
 * below the host's; -1 when a page of the range has no backing and so cannot be pinned.
 */
export function regionPageShift(
  { pageShift }: Geometry,
  vmas: readonly Vma[],
  va: number,
  size: number,
): number {
  let shift = commonAlignment(va, size);
  for (let at = va; at < va + size; ) {
    const vma = vmaAt(vmas, at);
    if (vma === undefined) return -1;
    shift = Math.min(shift, vma.pageShift);
    at = vma.end;
  }
  return Math.max(shift, pageShift);
}

/** get_table_size(): bytes of a table and of its userspace copy, 0 when there can be none. */
export function tableBytes(
  { pageShift: hostShift, maxLevels }: Geometry,
  pageShift: number,
  windowSize: number,
  levels: number,
): number {
  const windowShift = exactLog2(windowSize);
  if (levels < 1 || levels > maxLevels || windowShift < pageShift) return 0;
  const entriesShift = windowShift - pageShift;
  let table = Math.max(4096, 2 ** (entriesShift + 3));
  const direct = 2 ** Math.max(Math.ceil(entriesShift / levels) + 3, hostShift);
  let bytes = 0;
  for (let level = 0; level < levels; level += 1) {
    bytes += Math.ceil(table / direct) * direct;
    table = Math.max(Math.floor(table / direct) * 8, direct);
  }
  return 2 * bytes;
}

/** Does the mask of page sizes have this page shift? Shifts are taken modulo nothing: 0..63. */
export const supportsPageShift = (pgsizes: number, pageShift: number): boolean =>
  pageShift >= 0 && pageShift < 64 && Math.floor(pgsizes / 2 ** pageShift) % 2 === 1;
