// REGISTER_MEMORY and UNREGISTER_MEMORY, step by step. Spec: spapr-tce-v2.md §2 and §7, with the
// exact match, -ENOENT and per-container registration of the fixed code.
import { containerEvents } from './container-events.ts';
import type { Cursor, Environment } from './cursor.ts';
import type { Draft } from './draft.ts';
import { EBUSY, EFAULT, EINVAL, ENOENT, ENOMEM } from './errno.ts';
import { isAligned, regionPageShift, wraps } from './geometry.ts';
import { charge, findExact, lock, MUST_WAIT, mayCharge, mmOf } from './ledger.ts';
import { pagesOf, tell, tellRegion, uncharge, unlock } from './ledger.ts';
import { regionEvents } from './region.ts';
import { regionTable, unregistered } from './tables.ts';
import type { Op } from './vocabulary.ts';

type MemoryOp = Extract<Op, { op: 'register' | 'unregister' }>;

/** The argument checks that need no state, or 0. */
function checkArguments(draft: Draft, op: MemoryOp): number {
  const { pageShift } = draft.world.geometry;
  if (op.badPointer) return EFAULT;
  if (op.shortArgsz) return EINVAL;
  if ((op.flags ?? 0) !== 0) return EINVAL;
  if (!isAligned(op.va, pageShift) || !isAligned(op.size, pageShift)) return EINVAL;
  if (op.op === 'register' && (op.size === 0 || wraps(op.va, op.size))) return EINVAL;
  return 0;
}

const holds = (draft: Draft, { container, va, size }: MemoryOp) =>
  draft.container(container).prereg.some((mine) => mine.va === va && mine.size === size);

/** The region is in the process's list: the container notes it and is enabled for ever. */
export function registered(draft: Draft, cursor: Cursor): true {
  const op = cursor.op as MemoryOp;
  const changed = draft.changeContainer(op.container);
  changed.prereg.push({ va: op.va, size: op.size });
  changed.prereg.sort((a, b) => a.va - b.va);
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
  if (holds(draft, op)) return cursor.finish(EBUSY);

  const mm = mmOf(container);
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

/** mm_iommu_new() up to the pins: nobody looks for the region again before the overlap test. */
export function chargeRegion(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const op = cursor.op as MemoryOp;
  const mm = mmOf(draft.container(op.container));
  const pages = pagesOf(draft, op.size);
  if (!mayCharge(draft, mm, pages)) {
    unlock(draft, op.container);
    return cursor.finish(ENOMEM);
  }
  charge(draft, mm, pages);
  cursor.pages = pages;
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
  const mm = mmOf(draft.container(op.container));
  const { vmas = [] } = draft.world.topology.processes[mm] ?? {};
  const pageShift = regionPageShift(draft.world.geometry, vmas, va, size);
  cursor.ret = EFAULT;
  if (pageShift < 0 || env.refuses('pin')) return uncharge(draft, cursor);

  const overlapping = draft
    .process(mm)
    .regions.filter((other) => other.va < va + size && va < other.va + other.size);
  if (overlapping.some((other) => other.node.value === 'draining')) return MUST_WAIT;
  cursor.ret = EINVAL;
  if (overlapping.length > 0) return uncharge(draft, cursor);

  const { node } = regionTable.step(unregistered, regionEvents.register);
  const { regions } = draft.changeProcess(mm);
  regions.push({ va, size, pageShift, node });
  regions.sort((a, b) => a.va - b.va);
  cursor.pages = 0;
  return noteRegistered(draft, cursor);
}

export function unregister(draft: Draft, cursor: Cursor): boolean {
  const op = cursor.op as MemoryOp;
  const wrong = checkArguments(draft, op);
  if (wrong !== 0) return cursor.finish(wrong);
  const container = draft.container(op.container);
  if (container.locked) return MUST_WAIT;
  if (!holds(draft, op)) return cursor.finish(ENOENT);

  const mm = mmOf(container);
  const region = findExact(draft, mm, op.va, op.size);
  const { ret, node } = tellRegion(draft, mm, region, regionEvents.unregister);
  if (ret !== 0) return cursor.finish(ret);
  const changed = draft.changeContainer(op.container);
  changed.prereg = changed.prereg.filter((mine) => mine.va !== op.va);
  if (node.value !== 'draining') return cursor.finish(0);
  changed.locked = true;
  return cursor.goOn('released');
}

/** The list removal and the uncharge that follow a put which found no TCE. */
export function released(draft: Draft, cursor: Cursor): boolean {
  const op = cursor.op as MemoryOp;
  const mm = mmOf(draft.container(op.container));
  tellRegion(draft, mm, findExact(draft, mm, op.va, op.size), regionEvents.released);
  unlock(draft, op.container);
  return cursor.finish(0);
}
