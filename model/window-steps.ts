// TCE_CREATE, TCE_REMOVE and the deferred default window, step by step. Spec: spapr-tce-v2.md §2, §5
// and §6: the charge comes before the table, and every failure gives it back.
import { containerEvents } from './container-events.ts';
import type { Cursor, Environment } from './cursor.ts';
import type { Draft } from './draft.ts';
import { EFAULT, EINVAL, EIO, ENOMEM } from './errno.ts';
import { supportsPageShift, tableBytes } from './geometry.ts';
import { charge, clearWindow, containsIova, lock, MUST_WAIT, mayCharge } from './ledger.ts';
import { mmOf, pagesOf, tell, unlock } from './ledger.ts';
import { WindowData } from './state.ts';
import { absentWindow, presentWindow, windowTable } from './tables.ts';
import type { Op } from './vocabulary.ts';
import { type CreateFinding, windowEvents } from './window.ts';

type WindowOp = Extract<Op, { op: 'create' | 'remove' }>;

interface Wish {
  readonly pageShift: number;
  readonly size: number;
  readonly levels: number;
  readonly isDefault: boolean;
}

/** The default window's size: the first group's 32-bit window, list_add() puts the newest first. */
export function window32Size(draft: Draft, index: number): number {
  const group = draft.container(index).groups.at(-1);
  const spec = group === undefined ? undefined : draft.world.topology.groups[group];
  return spec?.noWindow ? 0 : draft.world.geometry.tce32Size;
}

function inspect(draft: Draft, mm: number, wish: Wish): { finding: CreateFinding; pages: number } {
  const { geometry } = draft.world;
  if (!supportsPageShift(geometry.pgsizes, wish.pageShift)) {
    return { finding: 'pageSizeUnsupported', pages: 0 };
  }
  const bytes = tableBytes(geometry, wish.pageShift, wish.size, wish.levels);
  if (bytes === 0) return { finding: 'tableSizeZero', pages: 0 };
  const pages = pagesOf(draft, bytes);
  return { finding: mayCharge(draft, mm, pages) ? 'fine' : 'overLimit', pages };
}

/** The lowest free slot answers; a window machine that is present answers -ENOSPC. */
function tryCreate(draft: Draft, cursor: Cursor, env: Environment, wish: Wish): boolean {
  const { container: index } = cursor.op;
  const { windows } = draft.container(index);
  const mm = mmOf(draft.container(index));
  const { geometry } = draft.world;
  const { finding, pages } = inspect(draft, mm, wish);
  const slot = windows[0] === null ? 0 : 1;
  const node = windows[slot] === null ? absentWindow : presentWindow;
  const { ret } = windowTable.step(node, windowEvents.create[finding]);
  if (ret !== 0) {
    if (draft.container(index).locked) unlock(draft, index);
    return cursor.finish(ret);
  }
  charge(draft, mm, pages);
  lock(draft, index);
  cursor.pages = pages;
  cursor.ret = ENOMEM;
  if (env.refuses('create_table')) return cursor.goOn('uncharge');
  cursor.ret = EIO;
  if (env.refuses('set_window')) return cursor.goOn('uncharge');
  cursor.ret = 0;
  const start = slot === 0 ? geometry.tce32Start : geometry.tce64Start;
  const { size, pageShift, isDefault } = wish;
  cursor.planned = { slot, start, size, pageShift, isDefault };
  return cursor.goOn('publish');
}

/** `made`: no default window was due; otherwise the step is over, or must wait. */
export function makeDefaultWindow(
  draft: Draft,
  cursor: Cursor,
  env: Environment,
): 'made' | boolean {
  const { container: index } = cursor.op;
  const edge = tell(draft, index, containerEvents.needWindow, cursor.process);
  if (edge.ret !== 0) return cursor.finish(edge.ret);
  if (!edge.effects.includes('createDefaultWindow')) return 'made';
  if (draft.container(index).locked) return MUST_WAIT;
  const size = window32Size(draft, index);
  return tryCreate(draft, cursor, env, { pageShift: 12, size, levels: 1, isDefault: true });
}

/** The charged window is put in its slot. CREATE keeps the lock from its default to its own. */
export function publishWindow(draft: Draft, cursor: Cursor): boolean {
  const { planned, op } = cursor;
  if (planned === null) throw new Error('model: no window is planned');
  const window = new WindowData();
  window.start = planned.start;
  window.size = planned.size;
  window.pageShift = planned.pageShift;
  window.charge = cursor.pages;
  const container = draft.changeContainer(op.container);
  container.windows[planned.slot] = window;
  cursor.planned = null;
  cursor.pages = 0;
  if (planned.isDefault) {
    tell(draft, op.container, containerEvents.defaultSettled, cursor.process);
    if (op.op === 'create') return cursor.goOn('own');
    container.locked = false;
    return cursor.goOn('body');
  }
  container.locked = false;
  return cursor.finish(0, { start: planned.start });
}

/** CREATE and REMOVE up to the lock; that a group is attached may change before they have it. */
export function checkWindowOp(draft: Draft, cursor: Cursor): boolean {
  const op = cursor.op as WindowOp;
  const { ret } = tell(draft, op.container, containerEvents.needGroup, cursor.process);
  if (ret !== 0) return cursor.finish(ret);
  if (op.badPointer) return cursor.finish(EFAULT);
  if (op.shortArgsz || (op.flags ?? 0) !== 0) return cursor.finish(EINVAL);
  return cursor.goOn('locked');
}

export function windowOpLocked(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const { locked, inFlight } = draft.container(cursor.op.container);
  if (locked || inFlight > 0) return MUST_WAIT;
  if (cursor.op.op === 'remove') return remove(draft, cursor);
  const made = makeDefaultWindow(draft, cursor, env);
  return made === 'made' ? createOwn(draft, cursor, env) : made;
}

export function createOwn(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const { pageShift, windowSize, levels } = cursor.op as Extract<Op, { op: 'create' }>;
  const { ret } = tell(draft, cursor.op.container, containerEvents.needGroup, cursor.process);
  if (ret !== 0) return cursor.finish(ret);
  const wish = { pageShift, size: windowSize, levels, isDefault: false };
  return tryCreate(draft, cursor, env, wish);
}

function remove(draft: Draft, cursor: Cursor): boolean {
  const op = cursor.op as Extract<Op, { op: 'remove' }>;
  const index = op.container;
  if (draft.container(index).node.context['pending'] === true && op.start === 0) {
    tell(draft, index, containerEvents.defaultSettled, cursor.process);
    return cursor.finish(0);
  }
  // Any address inside the window names it: spec §13, R3.
  const slot = draft.container(index).windows.findIndex((w) => containsIova(w, op.start));
  const window = draft.container(index).windows[slot] ?? null;
  const edge = windowTable.step(window ? presentWindow : absentWindow, windowEvents.remove);
  if (window === null || edge.ret !== 0) return cursor.finish(edge.ret);
  clearWindow(draft, index, slot);
  draft.changeContainer(index).windows[slot] = null;
  lock(draft, index);
  cursor.pages = window.charge;
  return cursor.goOn('uncharge');
}
