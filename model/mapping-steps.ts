// MAP_DMA and UNMAP_DMA, step by step: checks, then per entry a region lookup with its count, the TCE
// exchange, and the put of what was there. Spec: spapr-tce-v2.md §2 and §7, with B1..B4 of §11 and
// R2, R5 of §13 fixed: an error is returned, releases what it took and clears what it wrote.
import type { Cursor, Environment } from './cursor.ts';
import type { Draft } from './draft.ts';
import { entryEvents } from './entry.ts';
import { EFAULT, EINVAL, EIO, EPERM } from './errno.ts';
import { backingPageShift, isAligned } from './geometry.ts';
import { containsIova, guestOf, lookup, mmOf, payerOf, putEntry, tellRegion } from './ledger.ts';
import { regionEvents } from './region.ts';
import type { Window } from './state.ts';
import { absentWindow, clearEntry, entryTable, mappedEntry } from './tables.ts';
import { presentWindow, windowTable } from './tables.ts';
import type { Op } from './vocabulary.ts';
import { makeDefaultWindow } from './window-steps.ts';
import { windowEvents } from './window.ts';

type MapOp = Extract<Op, { op: 'map' }>;
type DmaOp = MapOp | Extract<Op, { op: 'unmap' }>;

const MAP_READ_WRITE = 3;

function checkHeader(op: DmaOp): number {
  if (op.badPointer) return EFAULT;
  if (op.shortArgsz) return EINVAL;
  const flags = op.flags ?? 0;
  if (op.op === 'unmap') return flags === 0 ? 0 : EINVAL;
  return flags % 1 === 0 && flags >= 0 && flags <= MAP_READ_WRITE ? 0 : EINVAL;
}

/** The checks against the window that holds the iova. */
function checkRange(op: DmaOp, { start, size, pageShift }: Window): number {
  if (!isAligned(op.size, pageShift)) return EINVAL;
  if (op.op === 'map' && !isAligned(op.va, pageShift)) return EINVAL;
  if (op.op === 'map' && op.flags === 0) return EINVAL;
  if (!isAligned(op.iova, pageShift)) return EINVAL;
  return op.iova + op.size <= start + size ? 0 : EINVAL;
}

export function mapOrUnmap(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const op = cursor.op as DmaOp;
  const wrongHeader = checkHeader(op);
  if (wrongHeader !== 0) return cursor.finish(wrongHeader);
  const made = makeDefaultWindow(draft, cursor, env);
  if (made !== 'made') return made;

  const { windows } = draft.container(op.container);
  const slot = windows.findIndex((candidate) => containsIova(candidate, op.iova));
  const window = windows[slot] ?? null;
  const { ret } = windowTable.step(window ? presentWindow : absentWindow, windowEvents.lookup);
  if (window === null || ret !== 0) return cursor.finish(ret);
  const wrongRange = checkRange(op, window);
  if (wrongRange !== 0) return cursor.finish(wrongRange);

  cursor.slot = slot;
  cursor.first = (op.iova - window.start) / 2 ** window.pageShift;
  cursor.count = op.size / 2 ** window.pageShift;
  if (cursor.count === 0) return cursor.finish(0);
  draft.changeContainer(op.container).inFlight += 1;
  return cursor.goOn(op.op === 'map' ? 'map' : 'clear');
}

function windowOf(draft: Draft, { op, slot }: Cursor): Window {
  const window = draft.container(op.container).windows[slot];
  if (!window) throw new Error('model: the window of a MAP in flight is gone; an op did not wait');
  return window;
}

/** The va that the entry at hand shall map. */
const vaAtHand = (cursor: Cursor, { pageShift }: Window): number =>
  (cursor.op as MapOp).va + cursor.index * 2 ** pageShift;

/** Every entry is done: the window is free to go, and the ioctl returns. */
function finishEntries(draft: Draft, cursor: Cursor): true {
  draft.changeContainer(cursor.op.container).inFlight -= 1;
  return cursor.finish(cursor.ret);
}

function nextEntry(draft: Draft, cursor: Cursor, phase: 'map' | 'clear'): true {
  cursor.index += 1;
  return cursor.index === cursor.count ? finishEntries(draft, cursor) : cursor.goOn(phase);
}

/** MAP fails with `ret` at the entry at hand: the entries before it are cleared again. */
function failEntry(draft: Draft, cursor: Cursor, ret: number): true {
  cursor.ret = ret;
  cursor.count = cursor.index;
  cursor.index = 0;
  return cursor.count === 0 ? finishEntries(draft, cursor) : cursor.goOn('clear');
}

/** First step of an entry: find the region and count the TCE that is about to be. */
export function mapEntry(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const container = draft.container(cursor.op.container);
  const window = windowOf(draft, cursor);
  const va = vaAtHand(cursor, window);
  if (container.node.context['version'] === 1) return mapEntryV1(draft, cursor, env, va);
  const mm = payerOf(draft, cursor);
  const region = lookup(draft, mm, va, 2 ** window.pageShift);
  if (region !== undefined && region.pageShift < window.pageShift) {
    return failEntry(draft, cursor, EINVAL);
  }
  const { ret } = tellRegion(draft, mm, region, regionEvents.mapEntry);
  return ret === 0 ? cursor.goOn('xchg') : failEntry(draft, cursor, ret);
}

/** v1 pins the page of each entry and knows no regions: nobody sees the entry in between. */
function mapEntryV1(draft: Draft, cursor: Cursor, env: Environment, va: number): boolean {
  const { vmas = [] } = draft.world.topology.processes[payerOf(draft, cursor)] ?? {};
  const shift = backingPageShift(vmas, va);
  if (shift < 0 || env.refuses('pin')) return failEntry(draft, cursor, EFAULT);
  if (shift < windowOf(draft, cursor).pageShift) return failEntry(draft, cursor, EPERM);
  return exchangeEntry(draft, cursor, env);
}

/** The TCE exchange; what was there before is put in a step of its own. */
export function exchangeEntry(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const container = draft.container(cursor.op.container);
  const isV2 = container.node.context['version'] === 2;
  const va = vaAtHand(cursor, windowOf(draft, cursor));
  if (env.refuses('xchg')) {
    if (!isV2) return failEntry(draft, cursor, EIO);
    cursor.owed = va;
    cursor.owedTo = guestOf(draft, cursor);
    cursor.afterPut = 'fail';
    return cursor.goOn('put');
  }
  const window = draft.changeWindow(cursor.op.container, cursor.slot);
  const entry = cursor.first + cursor.index;
  const old = window.entries.get(entry);
  const oldGuest = window.guests?.get(entry) ?? null;
  const edge = entryTable.step(old === undefined ? clearEntry : mappedEntry, entryEvents.map);
  window.setEntry(entry, va, guestOf(draft, cursor));
  if (old === undefined || !isV2 || !edge.effects.includes('putOldPage')) {
    return nextEntry(draft, cursor, 'map');
  }
  cursor.owed = old;
  cursor.owedTo = oldGuest;
  cursor.afterPut = 'map';
  return cursor.goOn('put');
}

/** UNMAP, and a failed MAP over what it wrote: one entry is exchanged with nothing. */
export function clearOneEntry(draft: Draft, cursor: Cursor): boolean {
  const entry = cursor.first + cursor.index;
  const { entries, guests } = windowOf(draft, cursor);
  const old = entries.get(entry);
  const oldGuest = guests?.get(entry) ?? null;
  const edge = entryTable.step(old === undefined ? clearEntry : mappedEntry, entryEvents.clear);
  if (old === undefined) return nextEntry(draft, cursor, 'clear');
  draft.changeWindow(cursor.op.container, cursor.slot).deleteEntry(entry);
  const isV2 = draft.container(cursor.op.container).node.context['version'] === 2;
  if (!isV2 || !edge.effects.includes('putOldPage')) return nextEntry(draft, cursor, 'clear');
  cursor.owed = old;
  cursor.owedTo = oldGuest;
  cursor.afterPut = 'clear';
  return cursor.goOn('put');
}

/** The region that lost a TCE is told so. */
export function putOldPage(draft: Draft, cursor: Cursor): boolean {
  putEntry(draft, cursor, cursor.owedTo ?? mmOf(draft.container(cursor.op.container)), cursor.owed);
  cursor.owed = 0;
  cursor.owedTo = null;
  if (cursor.afterPut === 'fail') return failEntry(draft, cursor, EIO);
  return nextEntry(draft, cursor, cursor.afterPut);
}
