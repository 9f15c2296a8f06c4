// What must hold of page tables around split and merge: spec/split-merge-dirty.md §4.1 to §4.6, §4.10.

import { type IommuDomain, Leaf, PageTable } from '../../../engine/iommu/index.ts';
import { entrySize } from '../../../engine/iommu/core/pageTable.ts';
import type { IommuWorld } from '../../../engine/iommu/index.ts';
import { EINVAL } from '../../../engine/errno.ts';
import { hex } from '../../../engine/hex.ts';
import { Life, type Outcome } from '../../../engine/runtime/index.ts';
import { broken } from '../../property.ts';
import { dirtyProperties as p } from './catalogue.ts';
import type { Probe } from './probe.ts';
import type { LeafAt, Snapshot } from './snapshot.ts';

export interface Range {
  readonly iova: number;
  readonly size: number;
}

const writes = (leaf: Leaf) => (leaf.prot & 2) !== 0;
const leafText = ({ iova, leaf }: LeafAt) => `${leaf.name} at ${hex(iova)}`;

/** §4.1 */
export function checkTranslation(what: string, before: Snapshot, after: Snapshot): void {
  if (before.translation === after.translation) return;
  throw broken(
    p.translation,
    what,
    `${what} has changed what addresses translate to: before ${before.translation || 'nothing'}, after ${after.translation || 'nothing'}`,
  );
}

/** §4.1: what an address translated to when a look-up or an access of it began. */
export function checkProbe(
  { iova, kind }: Probe,
  before: Snapshot,
  ret: number,
  pa: number | undefined,
): void {
  const found = before.at(iova);
  const right = kind === 'write' ? 2 : 1;
  const permitted = found !== null && (kind === 'look up' || (found.leaf.prot & right) !== 0);
  if (!permitted) return;
  const want = found.leaf.pa + (iova - found.iova);
  if (kind === 'look up' ? pa === want : ret === 0) return;
  throw broken(
    p.translation,
    kind,
    `a ${kind} of ${hex(iova)} finds ${kind === 'look up' ? hex(pa ?? 0) : 'nothing'}; nobody has unmapped ${leafText(found)}`,
  );
}

/** §4.2: of a split that succeeded. */
export function checkSplit(
  { iova, size }: Range,
  smallest: number,
  before: Snapshot,
  after: Snapshot,
): void {
  const end = iova + size;
  for (const l of after.within(iova, end))
    if (writes(l.leaf) && l.leaf.size !== smallest && l.iova >= iova && l.iova + l.leaf.size <= end)
      throw broken(p.split, 'not split', `after the split there is ${leafText(l)}`);
  for (const l of before.leaves)
    if (
      (l.iova + l.leaf.size <= iova || l.iova >= end) &&
      after.at(l.iova)?.leaf.size !== l.leaf.size
    )
      throw broken(p.split, 'outside', `${leafText(l)} is outside the range, and was split`);
}

/** §4.3: sizes and alignment of all leaves; the radix tree keeps them disjoint. */
export function checkPartition(world: IommuWorld, table: PageTable): void {
  const size = entrySize(world.geometry, table.level);
  for (const index of table.touched()) {
    const found = table.at(index).stored;
    if (found instanceof PageTable) checkPartition(world, found);
    if (!(found instanceof Leaf) || (found.size === size && found.pa % size === 0)) continue;
    const at = { iova: table.iova + index * size, leaf: found };
    throw broken(p.failure, 'partition', `${leafText(at)} where leaves are of ${hex(size)}`, table);
  }
}

/** §4.3: one flush after a failure that had begun. */
export function checkFlushed(what: string, { ret, out }: Outcome): void {
  if (ret === 0 || (out?.['chunks'] ?? 0) === 0 || out?.['flushes'] === 1) return;
  throw broken(
    p.failure,
    `${what} flushes`,
    `${what} failed after it had begun, and flushed ${out?.['flushes'] ?? 0} times`,
    null,
    { flushes: out?.['flushes'] ?? 0 },
  );
}

/** §4.4; `dirty`: nobody else wrote meanwhile. */
export function checkMerge(before: Snapshot, after: Snapshot, dirty: boolean): void {
  for (const merged of after.leaves) {
    const { iova, leaf } = merged;
    const parts = before.within(iova, iova + leaf.size);
    if (parts.length === 1 && parts[0]?.iova === iova && parts[0].leaf.size === leaf.size) continue;
    const differs = difference(merged, parts, dirty);
    if (differs !== null)
      throw broken(
        p.merge,
        differs,
        `${leafText(merged)} is made of ${parts.map(leafText).join(', ')}`,
      );
  }
}

function difference({ iova, leaf }: LeafAt, parts: readonly LeafAt[], dirty: boolean) {
  if (parts.length === 1) return null;
  if (parts.reduce((sum, l) => sum + l.leaf.size, 0) !== leaf.size) return 'hole';
  if (parts.some((l) => l.leaf.pa - leaf.pa !== l.iova - iova)) return 'not consecutive';
  if (parts.some((l) => l.leaf.prot !== leaf.prot)) return 'rights';
  const [first] = parts;
  return dirty && parts.some((l) => l.leaf.dirty !== first?.leaf.dirty) ? 'dirty' : null;
}

/** §4.5: of a success. `pa`: merge steps by physical addresses too, so only the sum is known. */
export function checkSteps(
  { iova, size }: Range,
  sizes: readonly number[],
  out: Outcome['out'],
  minimal: boolean,
): void {
  const got = sizes.map((s) => out?.[hex(s)] ?? 0);
  const sum = got.reduce((total, n, i) => total + n * (sizes[i] as number), 0);
  if (sum !== size)
    throw broken(p.steps, 'sum', `chunks add up to ${hex(sum)}, the range is ${hex(size)}`);
  if (!minimal) return;
  const want = greedy(iova, size, sizes);
  if (want.every((n, i) => n === got[i])) return;
  throw broken(
    p.steps,
    'not greedy',
    sizes.map((s, i) => `${got[i]} of ${hex(s)}, ${want[i]} would do`).join('; '),
  );
}

/** How many chunks of each size: from both ends inwards, the larger the further in. */
function greedy(iova: number, size: number, sizes: readonly number[]): number[] {
  const counts = sizes.map(() => 0);
  for (let at = iova; at < iova + size; ) {
    let i = sizes.length - 1;
    while (at % (sizes[i] as number) !== 0 || at + (sizes[i] as number) > iova + size) i--;
    counts[i] = (counts[i] as number) + 1;
    at += sizes[i] as number;
  }
  return counts;
}

/** §4.6; `before` is null where others changed the page table meanwhile. */
export function checkMisaligned(
  what: string,
  { ret, out }: Outcome,
  before: Snapshot | null,
  after: Snapshot,
): void {
  const key =
    ret !== EINVAL
      ? 'accepted'
      : before !== null && before !== after
        ? 'changed'
        : (out?.['flushes'] ?? 0) > 0
          ? 'flushed'
          : null;
  if (key !== null)
    throw broken(p.alignment, `${what} ${key}`, `${what} of a misaligned range returned ${ret}`);
}

/** §4.10 */
export function checkWalkCache(domain: IommuDomain): void {
  for (const { what } of domain.tlb.stored.entries)
    if (what instanceof PageTable && what.life.stored !== Life.live)
      throw broken(
        p.tables,
        'walk cache',
        `the hardware’s walk cache still leads to a ${what.title} that is freed`,
        what,
      );
}
