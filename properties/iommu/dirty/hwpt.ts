// No write is lost (spec/split-merge-dirty.md §4.7) where iommufd tracks: what GET_DIRTY_BITMAP reports
// and clears at once.

import { Hwpt } from '../../../engine/iommu/iommufd/objects.ts';
import type { IommuDomain, IommuWorld } from '../../../engine/iommu/index.ts';
import type { OpOf } from '../../../engine/iommu/vocabulary/index.ts';
import type { Outcome } from '../../../engine/runtime/index.ts';
import { type Ghost, type Open, pagesOf } from './ghost.ts';
import { checkReported, inRange } from './log.ts';

type HwptOp = OpOf<'hwpt_set_dirty' | 'hwpt_get_dirty'>;

/** The domain behind an id of user space. */
export function hwptDomain(world: IommuWorld, slot: number): IommuDomain | null {
  const hwpt = world.iommufd.ictx.object('hwpt', slot).stored;
  return hwpt instanceof Hwpt ? hwpt.domain.stored : null;
}

export function hwptOpEnds(
  op: HwptOp,
  { ret, out }: Outcome,
  mine: Open,
  ghost: Ghost,
  page: number,
): void {
  const domain = mine.domain as IommuDomain;
  if (op.op === 'hwpt_set_dirty') {
    // What is not reported when tracking ends is not asked for any more.
    if (ret === 0 && !op.enable) ghost.set(ghost.of(domain).pending, '');
    return;
  }
  const reported = pagesIn(op, out?.['bits'] ?? 0, page);
  // A failure says that not everything was looked at; what was not is dirty still. Of two readers at
  // once one reports a page.
  const tracked = mine.tracked && domain.dirtyTracking.stored;
  if (tracked && ret === 0 && mine.alone('map', 'read', 'untrack')) {
    const shown = { iova: op.iova, size: Math.min(op.size, 52 * (op.pgsize ?? page)) };
    checkReported(inRange(pagesOf(mine.pending), shown, page), reported, page);
  }
  // Also by who has begun before tracking did, and came to the page after it.
  if (((op.flags ?? 0) & 1) === 0) ghost.seen(domain, reported);
}

/** The pages of the bits that are set: bit n stands for `pgsize` bytes from iova + n * pgsize on. */
function pagesIn(op: OpOf<'hwpt_get_dirty'>, mask: number, page: number): Set<number> {
  const pgsize = op.pgsize ?? page;
  const pages = new Set<number>();
  for (let bit = 0; bit < 52; bit++) {
    if (Math.floor(mask / 2 ** bit) % 2 === 0) continue;
    const from = op.iova + bit * pgsize;
    for (let at = from; at < from + pgsize; at += page) pages.add(Math.floor(at / page));
  }
  return pages;
}
