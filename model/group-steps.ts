// What the VFIO core asks on user space's behalf: attach and detach of a group, and the release of a
// container. Spec: spapr-tce-v2.md §3, §4, §8; a failed attach changes nothing at all.
import { containerEvents, type GroupKind, type Relation } from './container-events.ts';
import type { Cursor, Environment } from './cursor.ts';
import type { Draft } from './draft.ts';
import { EBUSY, EIO, ENOMEM, EPERM } from './errno.ts';
import { charge, clearWindow, findExact, MUST_WAIT, mmOf, pagesOf } from './ledger.ts';
import { tell, tellRegion } from './ledger.ts';
import { regionEvents } from './region.ts';
import { WindowData } from './state.ts';
import { absentWindow, windowTable } from './tables.ts';
import type { GroupSpec, Op } from './vocabulary.ts';
import { windowEvents } from './window.ts';

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
  const isDynamic = spec.kind === 'ddw' && draft.world.geometry.maxDynamicWindows > 0;
  return isDynamic ? 'ddw' : 'legacy';
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
  const check = containerEvents.attach[kindOf(draft, spec)][relationOf(draft, op)];
  const { ret } = tell(draft, index, check, cursor.process);
  if (ret !== 0) return cursor.finish(ret);
  const { windows } = draft.container(index);
  const hasWindows = windows.some((window) => window !== null);
  // A legacy group has no set_window to be programmed with windows of groups that left.
  if (spec.kind === 'legacy' && hasWindows) return cursor.finish(EPERM);
  if (env.refuses('kzalloc')) return cursor.finish(ENOMEM);
  if (spec.kind === 'legacy') {
    const isUsed = tablesOf(spec).some((table) => table?.itMap);
    if (isUsed && (spec.kernelDmaLive || env.refuses('take_ownership'))) {
      return cursor.finish(EBUSY);
    }
    adoptTables(draft, index, spec);
    tell(draft, index, containerEvents.defaultSettled, cursor.process);
  } else if (hasWindows && env.refuses('set_window')) {
    return cursor.finish(EIO);
  }
  const needsDefault = spec.kind === 'ddw' && windows[0] === null;
  const attached = containerEvents.attached[needsDefault ? 'empty' : 'taken'];
  tell(draft, index, attached, cursor.process);
  draft.changeContainer(index).groups.push(group);
  return cursor.finish(0);
}

/**
 * A legacy group's own tables become the container's windows; nobody is charged for them, and a
 * default window that an earlier group left pending is due no more.
 */
function adoptTables(draft: Draft, index: number, spec: GroupSpec): void {
  const { tce32Start, tce32Size } = draft.world.geometry;
  const container = draft.changeContainer(index);
  tablesOf(spec).forEach((table, slot) => {
    if (table === null) return;
    windowTable.step(absentWindow, windowEvents.adopt);
    const window = new WindowData();
    window.start = tce32Start;
    window.size = spec.noWindow ? 0 : tce32Size;
    window.pageShift = table.pageShift ?? 12;
    container.windows[slot] = window;
  });
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
  if (effects.includes('clearAllEntries')) clearAllWindows(draft, index);
  const changed = draft.changeContainer(index);
  changed.groups = changed.groups.filter((member) => member !== group);
  if (specOf(draft, group).kind === 'legacy') changed.windows = [null, null];
  return cursor.finish(0);
}

function clearAllWindows(draft: Draft, index: number): void {
  clearWindow(draft, index, 0);
  clearWindow(draft, index, 1);
}

/** VFIO release, first step: nobody can reach the container or a window of it any more. */
export function close(draft: Draft, cursor: Cursor): boolean {
  const index = cursor.op.container;
  if (isBusy(draft, index)) return MUST_WAIT;
  clearAllWindows(draft, index);
  const { ret, effects } = tell(draft, index, containerEvents.close, cursor.process);
  if (ret !== 0) return cursor.finish(ret);
  const container = draft.changeContainer(index);
  cursor.pages = container.windows.reduce((sum, window) => sum + (window?.charge ?? 0), 0);
  if (effects.includes('uncharge')) {
    cursor.pages += pagesOf(draft, draft.world.geometry.tce32Size);
  }
  container.windows = [null, null];
  container.groups = [];
  if (cursor.pages === 0 && container.prereg.length === 0) return cursor.finish(0);
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
      tellRegion(draft, mm, findExact(draft, mm, mine.va, mine.size), regionEvents.put);
    }
  }
  return draft.container(index).prereg.length === 0 ? cursor.finish(0) : cursor.goOn('closing');
}
