// What must hold of the dirty log: spec/split-merge-dirty.md §4.7 to §4.9, §3 R3.

import type { IommuDomain } from '../../../engine/iommu/index.ts';
import { EBUSY, EINVAL } from '../../../engine/errno.ts';
import { hex } from '../../../engine/hex.ts';
import { type Outcome, Violation } from '../../../engine/runtime/index.ts';
import { broken } from '../../property.ts';
import { dirtyProperties as p } from './catalogue.ts';
import { lessPages, pagesOf } from './ghost.ts';
import type { Snapshot } from './snapshot.ts';
import type { Range } from './tables.ts';

/** Numbers of pages that lie in a range. */
export const inRange = (pages: readonly number[], { iova, size }: Range, page: number): number[] =>
  pages.filter((n) => n * page >= iova && n * page < iova + size);

/** §4.7: pages written before a sync began and not cleared since, against what it reported. */
export function checkReported(
  written: readonly number[],
  reported: ReadonlySet<number>,
  page: number,
): void {
  const lost = written.filter((n) => !reported.has(n));
  if (lost.length === 0) return;
  const list = lost.map((n) => hex(n * page)).join(', ');
  throw broken(
    p.soundness,
    'lost write',
    `a device has written ${list} since the log was started, and the sync does not report it`,
    null,
    { written: written.length, reported: reported.size },
  );
}

/** §4.8: of a clear that nobody disturbed; `cleared`: numbers of the pages it was told. */
export function checkCleared(
  before: Snapshot,
  after: Snapshot,
  cleared: ReadonlySet<number>,
  page: number,
): void {
  for (const { iova, leaf } of before.leaves) {
    if (!leaf.dbm || !leaf.dirty) continue;
    const now = after.at(iova)?.leaf.dirty === true;
    const pages = Array.from({ length: leaf.size / page }, (_, i) => iova / page + i);
    const all = pages.every((n) => cleared.has(n));
    if (now === !all) continue;
    throw broken(
      p.clear,
      all ? 'not cleared' : 'too much',
      all
        ? `every bit of ${leaf.name} at ${hex(iova)} was set, and it is dirty still`
        : `${leaf.name} at ${hex(iova)} was made clean; its bits were not all set`,
    );
  }
}

/** R3, the caller's duty: what a clear drops, a sync has shown to it. */
export function checkCallersBits(
  written: readonly number[],
  cleared: ReadonlySet<number>,
  reported: string,
  page: number,
): void {
  const unseen = lessPages(written.filter((n) => cleared.has(n)).join(' '), pagesOf(reported));
  if (unseen === '') return;
  const list = pagesOf(unseen).map((n) => hex(n * page));
  throw new Violation(
    'broken-contract',
    'clear of what no sync has reported',
    `the caller clears ${list.join(', ')}, which was written and which no sync has reported to it`,
  );
}

function overlaps(range: string, { iova, size }: Range): boolean {
  const [start, length] = range.split('+').map(Number) as [number, number];
  const same = start === iova && length === size;
  return same || (start < iova + size && iova < start + length);
}

/** §4.9: whether a start or stop may have had this result, the ranges being as they were. */
export function checkSwitch(
  enable: boolean,
  { iova, size }: Range,
  { ret }: Outcome,
  ranges: string,
  misaligned: boolean,
): void {
  const known = ranges.split(' ').filter((r) => r !== '');
  // A range is stopped as it was started; a start that overlaps another is one too many.
  const on = enable
    ? known.some((r) => overlaps(r, { iova, size }))
    : known.includes(`${iova}+${size}`);
  const wrong = enable
    ? (ret === EBUSY) !== on && (ret === 0 || ret === EBUSY)
    : ret === EINVAL && on && !misaligned;
  if (!wrong && !(ret === 0 && !enable && !on)) return;
  const verb = enable ? 'start' : 'stop';
  throw broken(
    p.tracking,
    `${verb} ${ret === 0 ? 'accepted' : 'refused'}`,
    `the log of ${hex(iova)}+${hex(size)} is ${on ? 'on' : 'off'}, and its ${verb} returned ${ret}`,
  );
}

/** §4.9: the flag of a domain says whether a range of it is on. */
export function checkFlag(domain: IommuDomain, ranges: string): void {
  if (domain.dirtyTracking.stored === (ranges !== '')) return;
  throw broken(
    p.tracking,
    'flag',
    `dirty_log_tracking is ${domain.dirtyTracking.stored}; ranges that are on: ${ranges || 'none'}`,
    domain,
  );
}

/** §4.9: with the log on, an aligned sync or clear is not refused. */
export function checkAllowed(what: string, { ret }: Outcome, on: boolean): void {
  if (!on || ret === 0) return;
  throw broken(p.tracking, `${what} refused`, `the log is on, and ${what} returned ${ret}`);
}
