// The end of a region that lost its last user or TCE: the list removal and the uncharge that follow the
// cmpxchg, while lock-free MAPs still find it. Spec: spapr-tce-v2.md §7.
import type { Cursor } from './cursor.ts';
import type { Draft } from './draft.ts';
import { findExact, tellRegion } from './ledger.ts';
import { regionEvents } from './region.ts';

/** After a step: what it has drained goes in steps of their own, before anything else. */
export function thenDrain(cursor: Cursor): void {
  if (cursor.draining.length === 0 || cursor.phase === 'drained') return;
  cursor.afterDrained = cursor.phase;
  cursor.phase = 'drained';
}

export function drained(draft: Draft, cursor: Cursor): true {
  const [first, ...others] = cursor.draining;
  if (first === undefined) throw new Error('model: no region drains; a step forgot which it is');
  const region = findExact(draft, first.process, first.va, first.size);
  tellRegion(draft, first.process, region, regionEvents.released);
  cursor.draining = others;
  return others.length === 0 ? cursor.goOn(cursor.afterDrained) : cursor.goOn('drained');
}
