// REGISTER_MEMORY and UNREGISTER_MEMORY, step by step. Spec: spapr-tce-v2.md §2 and §7, with the
// exact match, -ENOENT and per-container registration of the fixed code. Quirks of real revisions:
// sizeZeroNoMemory, sharedRegistrations, overlapFirst.
import { containerEvents } from './container-events.ts';
import type { Cursor, Environment } from './cursor.ts';
import type { Draft } from './draft.ts';
import { EBUSY, EFAULT, EINVAL, ENOENT, ENOMEM } from './errno.ts';
import { isAligned, regionPageShift, wraps } from './geometry.ts';
import { charge, findExact, guestOf, lock, MUST_WAIT, mayCharge } from './ledger.ts';
import { pagesOf, payerOf, tell, tellRegion, uncharge, unlock } from './ledger.ts';
import { regionEvents } from './region.ts';
import type { Registration } from './state.ts';
import { regionTable, unregistered } from './tables.ts';
import type { Op } from './vocabulary.ts';

type MemoryOp = Extract<Op, { op: 'register' | 'unregister' }>;

/** The argument checks that need no state, or 0. */
function checkArguments(draft: Draft, op: MemoryOp): number {
  const { geometry, quirks } = draft.world;
  const { pageShift } = geometry;
  if (op.badPointer) return EFAULT;
  if (op.shortArgsz) return EINVAL;
  if ((op.flags ?? 0) !== 0) return EINVAL;
  if (!isAligned(op.va, pageShift) || !isAligned(op.size, pageShift)) return EINVAL;
  if (op.op === 'unregister') return 0;
  if (wraps(op.va, op.size)) return EINVAL;
  if (op.size === 0) return quirks.sizeZeroNoMemory ? ENOMEM : EINVAL;
  return 0;
}

/** Where the container's note of its registration is, or -1. */
function findNote(draft: Draft, cursor: Cursor): number {
  const { container, va, size } = cursor.op as MemoryOp;
  const guest = guestOf(draft, cursor);
  return draft
    .container(container)
    .prereg.findIndex((mine) => mine.va === va && mine.size === size && mine.guest === guest);
}

/** Notes of one va differ in their guests, or not at all. */
const byVa = (a: Registration, b: Registration): number =>
  a.va - b.va || (a.guest ?? -1) - (b.guest ?? -1);

/** The region is in the process's list: the container notes it and is enabled for ever. */
export function registered(draft: Draft, cursor: Cursor): true {
  const op = cursor.op as MemoryOp;
  const changed = draft.changeContainer(op.container);
  changed.prereg.push({ va: op.va, size: op.size, guest: guestOf(draft, cursor) });
  changed.prereg.sort(byVa);
  changed.locked = false;
  tell(draft, op.container, containerEvents.registered, cursor.process);
  return cursor.finish(0);
}

/** MAP reads `enabled` without the lock: the first registration shows it in a step of its own. */
function noteRegistered(draft: Draft, cursor: Cursor): true {
  const isFirst = draft.container(cursor.op.container).node.value === 'disabled';
  return isFirst ? cursor.goOn('registered') : registered(draft, cursor);
}

export function register(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const op = cursor.op as MemoryOp;
  const wrong = checkArguments(draft, op);
  if (wrong !== 0) return cursor.finish(wrong);
  const container = draft.container(op.container);
  if (container.locked) return MUST_WAIT;
  const { sharedRegistrations } = draft.world.quirks;
  if (!sharedRegistrations && findNote(draft, cursor) >= 0) return cursor.finish(EBUSY);

  const mm = payerOf(draft, cursor);
  const known = findExact(draft, mm, op.va, op.size);
  // A draining region is unlinked before anyone can find it again: it counts as absent here.
  if (known !== undefined && known.node.value !== 'draining') {
    if (env.refuses('kzalloc')) return cursor.finish(ENOMEM);
    tellRegion(draft, mm, known, regionEvents.register);
    lock(draft, op.container);
    return noteRegistered(draft, cursor);
  }
  lock(draft, op.container);
  return cursor.goOn('charge');
}

/** Regions that the new one would overlap; one that is draining must be gone first. */
function overlapOf(draft: Draft, mm: number, { va, size }: MemoryOp): 'none' | 'some' | 'draining' {
  const overlapping = draft
    .process(mm)
    .regions.filter((other) => other.va < va + size && va < other.va + other.size);
  if (overlapping.length === 0) return 'none';
  return overlapping.some((other) => other.node.value === 'draining') ? 'draining' : 'some';
}

/** mm_iommu_new() up to the pins: nobody looks for the region again before the overlap test. */
export function chargeRegion(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const op = cursor.op as MemoryOp;
  const mm = payerOf(draft, cursor);
  const overlap = draft.world.quirks.overlapFirst ? overlapOf(draft, mm, op) : 'none';
  if (overlap === 'draining') return MUST_WAIT;
  if (overlap === 'some') {
    unlock(draft, op.container);
    // The container's own note of a registration is allocated before anything is looked for.
    return cursor.finish(env.refuses('kzalloc') ? ENOMEM : EINVAL);
  }
  const pages = pagesOf(draft, op.size);
  if (!mayCharge(draft, mm, pages)) {
    unlock(draft, op.container);
    // The same holds of the limit: the note may have been refused before it.
    env.refuses('kzalloc');
    return cursor.finish(ENOMEM);
  }
  charge(draft, mm, pages);
  cursor.pages = pages;
  cursor.payer = guestOf(draft, cursor);
  if (env.refuses('kzalloc') || env.refuses('vzalloc')) {
    cursor.ret = ENOMEM;
    return cursor.goOn('uncharge');
  }
  return cursor.goOn('add');
}

/** mm_iommu_new() after the charge: pin every page, then the overlap test and the list. */
export function addRegion(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const op = cursor.op as MemoryOp;
  const { va, size } = op;
  const mm = payerOf(draft, cursor);
  const { vmas = [] } = draft.world.topology.processes[mm] ?? {};
  const pageShift = regionPageShift(draft.world.geometry, vmas, va, size);
  cursor.ret = EFAULT;
  // Pages are pinned one by one: one may be refused before another that is not there.
  if (env.refuses('pin') || pageShift < 0) return uncharge(draft, cursor);

  const overlap = overlapOf(draft, mm, op);
  if (overlap === 'draining') return MUST_WAIT;
  cursor.ret = EINVAL;
  if (overlap === 'some') return uncharge(draft, cursor);

  const { node } = regionTable.step(unregistered, regionEvents.register);
  const { regions } = draft.changeProcess(mm);
  regions.push({ va, size, pageShift, node });
  regions.sort((a, b) => a.va - b.va);
  cursor.pages = 0;
  cursor.payer = null;
  return noteRegistered(draft, cursor);
}

export function unregister(draft: Draft, cursor: Cursor): boolean {
  const op = cursor.op as MemoryOp;
  const wrong = checkArguments(draft, op);
  if (wrong !== 0) return cursor.finish(wrong);
  const container = draft.container(op.container);
  if (container.locked) return MUST_WAIT;
  const note = findNote(draft, cursor);
  if (note < 0) return cursor.finish(ENOENT);

  const mm = payerOf(draft, cursor);
  const region = findExact(draft, mm, op.va, op.size);
  const { ret, node } = tellRegion(draft, mm, region, regionEvents.unregister);
  if (ret !== 0) return cursor.finish(ret);
  const changed = draft.changeContainer(op.container);
  changed.prereg.splice(note, 1);
  if (node.value !== 'draining') return cursor.finish(0);
  changed.locked = true;
  return cursor.goOn('released');
}

/** The list removal and the uncharge that follow a put which found no TCE. */
export function released(draft: Draft, cursor: Cursor): boolean {
  const op = cursor.op as MemoryOp;
  const mm = payerOf(draft, cursor);
  tellRegion(draft, mm, findExact(draft, mm, op.va, op.size), regionEvents.released);
  unlock(draft, op.container);
  return cursor.finish(0);
}
