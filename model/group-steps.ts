// What the VFIO core asks on user space's behalf: attach and detach of a group, and the release of a
// container. Spec: spapr-tce-v2.md §3, §4, §8; a failed attach changes nothing at all. Quirks of real
// revisions: which groups a container takes, and eagerDefaultWindow, which binds the mm even if the
// attach then fails.
import { containerEvents, type GroupKind, type Relation } from './container-events.ts';
import type { Cursor, Environment } from './cursor.ts';
import type { Draft } from './draft.ts';
import { EBADF, EBUSY, EFAULT, EIO, ENOMEM, EPERM } from './errno.ts';
import { charge, clearWindow, findExact, guestOf, lock, MUST_WAIT, mayCharge } from './ledger.ts';
import { mmOf, pagesOf, payerOf, takeFromRegion, tell, unlock } from './ledger.ts';
import { regionEvents } from './region.ts';
import { type Guest, WindowData } from './state.ts';
import { absentWindow, windowTable } from './tables.ts';
import type { GroupSpec, Op } from './vocabulary.ts';
import { windowEvents } from './window.ts';
import { installPlanned, isDynamic, tryCreate, viewPages } from './window-steps.ts';

type GroupOp = Extract<Op, { op: 'attach' | 'detach' }>;

type Tables = NonNullable<GroupSpec['tables']>;
const DEFAULT_TABLES: Tables = [{ itMap: true }];
const tablesOf = (spec: GroupSpec): Tables => spec.tables ?? DEFAULT_TABLES;

const isBusy = (draft: Draft, index: number): boolean =>
  draft.container(index).locked || draft.container(index).inFlight > 0;

function specOf(draft: Draft, group: number): GroupSpec {
  const spec = draft.world.topology.groups[group];
  if (spec === undefined) throw new RangeError(`model: the topology has no group ${group}`);
  return spec;
}

function kindOf(draft: Draft, spec: GroupSpec): GroupKind {
  if (spec.noTableGroup) return 'none';
  if (spec.kind === 'legacy') return 'legacy';
  return isDynamic(draft.world.geometry, spec) ? 'ddw' : 'static';
}

function relationOf(draft: Draft, { container: index, group }: GroupOp): Relation {
  const { groups } = draft.container(index);
  if (groups.includes(group)) return 'member';
  const { family } = specOf(draft, group);
  return groups.some((g) => specOf(draft, g).family !== family) ? 'otherFamily' : 'fresh';
}

export function attach(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const op = cursor.op as GroupOp;
  const { container: index, group } = op;
  const isOpen = draft.container(index).node.value !== 'closed';
  // The VFIO core gives a group one container.
  const owner = draft.containers.findIndex((other) => other.groups.includes(group));
  if (isOpen && owner >= 0 && owner !== index) return cursor.finish(EBUSY);
  if (isOpen && isBusy(draft, index)) return MUST_WAIT;

  const spec = specOf(draft, group);
  const kinds = containerEvents.attach[draft.world.attachRules];
  const check = kinds[kindOf(draft, spec)][relationOf(draft, op)];
  const { ret } = tell(draft, index, check, cursor.process);
  if (ret !== 0) return cursor.finish(ret);
  const hasWindows = draft.container(index).windows.some((window) => window !== null);
  // A legacy group has no set_window to be programmed with windows of groups that left.
  if (spec.kind === 'legacy' && hasWindows) return cursor.finish(EPERM);
  if (env.refuses('kzalloc')) return cursor.finish(ENOMEM);
  if (spec.kind === 'legacy') return attachLegacy(draft, cursor, env, spec);
  if (draft.world.quirks.eagerDefaultWindow) return attachEagerly(draft, cursor, env, spec);
  if (hasWindows && env.refuses('set_window')) return cursor.finish(EIO);
  const needsDefault = draft.container(index).windows[0] === null;
  return addGroup(draft, cursor, needsDefault ? 'empty' : 'taken');
}

function addGroup(draft: Draft, cursor: Cursor, slot0: 'empty' | 'taken'): true {
  const { container: index, group } = cursor.op as GroupOp;
  tell(draft, index, containerEvents.attached[slot0], cursor.process);
  draft.changeContainer(index).groups.push(group);
  return cursor.finish(0);
}

/** A v2 container takes table after table, because it charges for a userspace copy of each. */
function attachLegacy(draft: Draft, cursor: Cursor, env: Environment, spec: GroupSpec): boolean {
  const index = cursor.op.container;
  const isUsed = tablesOf(spec).some((table) => table?.itMap);
  if (draft.container(index).node.context['version'] === 2) {
    if (isUsed) tell(draft, index, containerEvents.bindMm, cursor.process);
    lock(draft, index);
    return cursor.goOn('take');
  }
  if (isUsed && (spec.kernelDmaLive || env.refuses('take_ownership'))) return cursor.finish(EBUSY);
  adoptTables(draft, cursor, spec);
  return addGroup(draft, cursor, 'taken');
}

/** A legacy group's table in use by the kernel is charged for and taken; the lock is held. */
export function takeTable(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const spec = specOf(draft, (cursor.op as GroupOp).group);
  const tables = tablesOf(spec);
  while (cursor.index < tables.length && !tables[cursor.index]?.itMap) cursor.index += 1;
  const table = tables[cursor.index] ?? null;
  if (table === null) {
    cursor.index = 0;
    return publishAttach(draft, cursor);
  }
  const mm = payerOf(draft, cursor);
  const pages = viewPages(draft, legacyExtent(draft, table));
  const fits = mayCharge(draft, mm, pages);
  cursor.ret = 0;
  if (fits) {
    charge(draft, mm, pages);
    cursor.pages += pages;
    cursor.payer = guestOf(draft, cursor);
  }
  if (!fits || env.refuses('vzalloc')) cursor.ret = ENOMEM;
  else if (spec.kernelDmaLive || env.refuses('take_ownership')) cursor.ret = EBUSY;
  cursor.index = cursor.ret === 0 ? cursor.index + 1 : 0;
  return cursor.goOn(cursor.ret === 0 ? 'take' : 'uncharge');
}

/** The quirk eagerDefaultWindow: the mm is bound, and the first group makes the window. */
function attachEagerly(draft: Draft, cursor: Cursor, env: Environment, spec: GroupSpec): boolean {
  const index = cursor.op.container;
  const { geometry } = draft.world;
  // take_ownership_ddw() finds no ops to call.
  if (!isDynamic(geometry, spec)) return cursor.finish(EFAULT);
  tell(draft, index, containerEvents.bindMm, cursor.process);
  const { groups, windows } = draft.container(index);
  if (groups.length === 0 && windows[0] === null) {
    const size = spec.noWindow ? 0 : geometry.tce32Size;
    return tryCreate(draft, cursor, env, { pageShift: 12, size, levels: 1, isDefault: true });
  }
  const hasWindows = windows.some((window) => window !== null);
  if (hasWindows && env.refuses('set_window')) return cursor.finish(EIO);
  return addGroup(draft, cursor, 'taken');
}

/** What an attach has charged for takes effect, and the group is in; the lock is dropped. */
export function publishAttach(draft: Draft, cursor: Cursor): boolean {
  const { container: index, group } = cursor.op as GroupOp;
  const spec = specOf(draft, group);
  if (spec.kind === 'legacy') adoptTables(draft, cursor, spec);
  else installPlanned(draft, cursor);
  unlock(draft, index);
  return addGroup(draft, cursor, 'taken');
}

type Table = NonNullable<Tables[number]>;

const legacyExtent = ({ world }: Draft, { pageShift = 12 }: Table) => ({
  size: world.geometry.tce32Size,
  pageShift,
});

/**
 * A legacy group's own tables become the container's windows; nobody is charged for them but for
 * the userspace copies of a v2 container. A default window that an earlier group left pending is
 * due no more.
 */
function adoptTables(draft: Draft, cursor: Cursor, spec: GroupSpec): void {
  const index = cursor.op.container;
  const { tce32Start, tce64Start } = draft.world.geometry;
  const container = draft.changeContainer(index);
  const isV2 = container.node.context['version'] === 2;
  tablesOf(spec).forEach((table, slot) => {
    if (table === null) return;
    windowTable.step(absentWindow, windowEvents.adopt);
    const window = Object.assign(new WindowData(), legacyExtent(draft, table));
    window.start = slot === 0 ? tce32Start : tce64Start;
    if (isV2 && table.itMap) {
      window.charge = viewPages(draft, window);
      window.payer = cursor.payer;
    }
    container.windows[slot] = window;
  });
  cursor.pages = 0;
  cursor.payer = null;
  tell(draft, index, containerEvents.defaultSettled, cursor.process);
}

export function detach(draft: Draft, cursor: Cursor): boolean {
  const { container: index, group } = cursor.op as GroupOp;
  const container = draft.container(index);
  // Not a member: the kernel only warns.
  const isMember = container.groups.includes(group);
  if (isMember && isBusy(draft, index)) return MUST_WAIT;
  if (!isMember && container.node.value !== 'closed') return cursor.finish(0);
  const { ret, effects } = tell(draft, index, containerEvents.detached, cursor.process);
  if (ret !== 0) return cursor.finish(ret);
  const isLegacy = specOf(draft, group).kind === 'legacy';
  const clears = effects.includes('clearAllEntries') && !draft.world.quirks.tablesOutliveGroups;
  if (isLegacy || clears) clearAllWindows(draft, cursor);
  const changed = draft.changeContainer(index);
  changed.groups = changed.groups.filter((member) => member !== group);
  if (!isLegacy) return cursor.finish(0);
  for (const window of changed.windows) {
    if (window === null) continue;
    cursor.pages += window.charge;
    cursor.payer = window.payer;
  }
  changed.windows = [null, null];
  if (cursor.pages === 0) return cursor.finish(0);
  changed.locked = true;
  return cursor.goOn('uncharge');
}

function clearAllWindows(draft: Draft, cursor: Cursor): void {
  clearWindow(draft, cursor, 0);
  clearWindow(draft, cursor, 1);
}

/** close(2): the container is released, unless a call is in flight, which then does it. */
export function close(draft: Draft, cursor: Cursor): boolean {
  const { calls, node, shut } = draft.container(cursor.op.container);
  if (!draft.world.closable || node.value === 'closed') return release(draft, cursor);
  if (shut) return cursor.finish(EBADF);
  draft.changeContainer(cursor.op.container).shut = true;
  return calls === 0 ? cursor.goOn('release') : cursor.finish(0);
}

/** VFIO release, first step: nobody can reach the container or a window of it any more. */
export function release(draft: Draft, cursor: Cursor): boolean {
  const index = cursor.op.container;
  if (isBusy(draft, index)) return MUST_WAIT;
  clearAllWindows(draft, cursor);
  const { ret, effects } = tell(draft, index, containerEvents.close, cursor.process);
  if (ret !== 0) return cursor.finish(ret);
  const container = draft.changeContainer(index);
  const giveBack = (pages: number, payer: Guest): void => {
    if (payer === null) cursor.pages += pages;
    else charge(draft, payer, -pages);
  };
  for (const window of container.windows) {
    if (window !== null) giveBack(window.charge, window.payer);
  }
  if (effects.includes('uncharge')) {
    giveBack(pagesOf(draft, draft.world.geometry.tce32Size), container.payer);
    container.payer = null;
  }
  container.windows = [null, null];
  container.groups = [];
  container.shut = false;
  if (cursor.pages === 0 && container.prereg.length === 0) return released(cursor);
  return cursor.goOn('closing');
}

/** VFIO release, further steps: the charges go back, then each registration is dropped. */
export function closing(draft: Draft, cursor: Cursor): boolean {
  const index = cursor.op.container;
  const mm = mmOf(draft.container(index));
  if (cursor.pages > 0) {
    charge(draft, mm, -cursor.pages);
    cursor.pages = 0;
  } else {
    const mine = draft.changeContainer(index).prereg.shift();
    if (mine !== undefined) {
      const owner = mine.guest ?? mm;
      const region = findExact(draft, owner, mine.va, mine.size);
      takeFromRegion(draft, cursor, owner, region, regionEvents.put);
    }
  }
  return draft.container(index).prereg.length === 0 ? released(cursor) : cursor.goOn('closing');
}

/** Whoever released the container, its own result stands. */
const released = (cursor: Cursor): true => cursor.finish(cursor.ret, cursor.out);
