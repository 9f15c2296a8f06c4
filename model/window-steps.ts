// TCE_CREATE, TCE_REMOVE and the deferred default window, step by step. Spec: spapr-tce-v2.md §2, §5
// and §6: the charge comes before the table, and every failure gives it back. Quirks of real
// revisions: separateView, and eagerDefaultWindow for which attach comes here.
import { containerEvents } from './container-events.ts';
import { answer, type Cursor, type Environment, type PlannedWindow } from './cursor.ts';
import type { Draft } from './draft.ts';
import { EFAULT, EINVAL, EIO, ENOMEM } from './errno.ts';
import { supportsPageShift, tableBytes } from './geometry.ts';
import { charge, clearWindow, containsIova, lock, MUST_WAIT, mayCharge } from './ledger.ts';
import { guestOf, pagesOf, payerOf, tell, unlock } from './ledger.ts';
import { WindowData } from './state.ts';
import { absentWindow, presentWindow, windowTable } from './tables.ts';
import type { Geometry, GroupSpec, Op } from './vocabulary.ts';
import { type CreateFinding, windowEvents } from './window.ts';

type WindowOp = Extract<Op, { op: 'create' | 'remove' }>;

interface Extent {
  readonly pageShift: number;
  readonly size: number;
}

interface Wish extends Extent {
  readonly levels: number;
  readonly isDefault: boolean;
}

/** A group whose host has dynamic windows for it. */
export const isDynamic = (geometry: Geometry, spec: GroupSpec): boolean =>
  spec.kind === 'ddw' && geometry.maxDynamicWindows > 0;

/** The group that is asked for the container's properties: list_add() puts the newest first. */
export function newestGroup(draft: Draft, index: number): GroupSpec | undefined {
  const group = draft.container(index).groups.at(-1);
  return group === undefined ? undefined : draft.world.topology.groups[group];
}

/** The default window's size: the newest group's 32-bit window. */
export const window32Size = (draft: Draft, index: number): number =>
  newestGroup(draft, index)?.noWindow ? 0 : draft.world.geometry.tce32Size;

/** Host pages of a table's userspace copy that is charged apart: eight bytes an entry. */
export const viewPages = (draft: Draft, { size, pageShift }: Extent): number =>
  Math.ceil(((size / 2 ** pageShift) * 8) / 2 ** draft.world.geometry.pageShift);

/** A group that is being attached makes its window without asking for page sizes. */
function hasPageSize(draft: Draft, { op }: Cursor, { pageShift }: Wish): boolean {
  if (op.op === 'attach') return true;
  const isLegacy = newestGroup(draft, op.container)?.kind === 'legacy';
  return !isLegacy && supportsPageShift(draft.world.geometry.pgsizes, pageShift);
}

function inspect(draft: Draft, cursor: Cursor, wish: Wish) {
  const { geometry, quirks } = draft.world;
  const found = (finding: CreateFinding, pages = 0) => ({ finding, pages });
  if (!hasPageSize(draft, cursor, wish)) return found('pageSizeUnsupported');
  const withCopy = tableBytes(geometry, wish.pageShift, wish.size, wish.levels);
  if (withCopy === 0) return found('tableSizeZero');
  const pages = pagesOf(draft, quirks.separateView ? withCopy / 2 : withCopy);
  const fits = mayCharge(draft, payerOf(draft, cursor), pages);
  return found(fits ? 'fine' : 'overLimit', pages);
}

/** The lowest free slot answers; a window machine that is present answers -ENOSPC. */
export function tryCreate(draft: Draft, cursor: Cursor, env: Environment, wish: Wish): boolean {
  const { container: index } = cursor.op;
  const { windows } = draft.container(index);
  const { geometry, quirks } = draft.world;
  const { finding, pages } = inspect(draft, cursor, wish);
  const slot = windows[0] === null ? 0 : 1;
  const node = windows[slot] === null ? absentWindow : presentWindow;
  const { ret } = windowTable.step(node, windowEvents.create[finding]);
  if (ret !== 0) {
    if (draft.container(index).locked) unlock(draft, index);
    return cursor.finish(ret);
  }
  charge(draft, payerOf(draft, cursor), pages);
  lock(draft, index);
  cursor.pages = pages;
  cursor.payer = guestOf(draft, cursor);
  cursor.ret = ENOMEM;
  if (env.refuses('create_table')) return cursor.goOn('uncharge');
  const start = slot === 0 ? geometry.tce32Start : geometry.tce64Start;
  const { size, pageShift, isDefault } = wish;
  cursor.planned = { slot, start, size, pageShift, isDefault };
  const isV2 = draft.container(index).node.context['version'] === 2;
  return quirks.separateView && isV2 ? cursor.goOn('view') : setWindow(cursor, env);
}

/** Every group is programmed with the planned window. */
function setWindow(cursor: Cursor, env: Environment): true {
  const isRefused = env.refuses('set_window');
  cursor.ret = isRefused ? EIO : 0;
  return cursor.goOn(isRefused ? 'uncharge' : 'publish');
}

/** The quirk separateView: the table is there, its userspace copy is allocated next. */
export function chargeView(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const mm = payerOf(draft, cursor);
  const pages = viewPages(draft, plannedOf(cursor));
  cursor.ret = ENOMEM;
  if (!mayCharge(draft, mm, pages)) return cursor.goOn('uncharge');
  charge(draft, mm, pages);
  cursor.pages += pages;
  return env.refuses('vzalloc') ? cursor.goOn('uncharge') : setWindow(cursor, env);
}

function plannedOf({ planned }: Cursor): PlannedWindow {
  if (planned === null) throw new Error('model: no window is planned');
  return planned;
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

/** The charged window is put in its slot. */
export function installPlanned(draft: Draft, cursor: Cursor): PlannedWindow {
  const planned = plannedOf(cursor);
  const window = new WindowData();
  window.start = planned.start;
  window.size = planned.size;
  window.pageShift = planned.pageShift;
  window.charge = cursor.pages;
  window.payer = cursor.payer;
  draft.changeContainer(cursor.op.container).windows[planned.slot] = window;
  cursor.planned = null;
  cursor.pages = 0;
  cursor.payer = null;
  return planned;
}

/** CREATE keeps the lock from its default window to its own. */
export function publishWindow(draft: Draft, cursor: Cursor): boolean {
  const { op } = cursor;
  const planned = installPlanned(draft, cursor);
  const container = draft.changeContainer(op.container);
  if (planned.isDefault) {
    tell(draft, op.container, containerEvents.defaultSettled, cursor.process);
    if (op.op === 'create') return cursor.goOn('own');
    container.locked = false;
    return cursor.goOn('body');
  }
  container.locked = false;
  return answer(cursor, { start: planned.start });
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
  clearWindow(draft, cursor, slot);
  draft.changeContainer(index).windows[slot] = null;
  lock(draft, index);
  cursor.pages = window.charge;
  cursor.payer = window.payer;
  return cursor.goOn('uncharge');
}
