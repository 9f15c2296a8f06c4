// What steps share: sending an event to a container or a region of the draft and applying its
// effects, and the locked_vm account. Spec: spapr-tce-v2.md §6.
import type { Edge } from './compile.ts';
import type { Caller, ContainerEvent } from './container-events.ts';
import type { Cursor } from './cursor.ts';
import type { Draft } from './draft.ts';
import type { RegionEvent } from './region.ts';
import { regionEvents } from './region.ts';
import type { ContainerData, Guest, Region, WindowData } from './state.ts';
import { containerTable, regionTable, unregistered } from './tables.ts';

/** A step has nothing to do now: another operation must move first. */
export const MUST_WAIT = false;

/** The process that a container is bound to; its mm is set. */
export function mmOf(container: Readonly<ContainerData>): number {
  if (container.mm === null) throw new Error('model: the container has no mm; a check is missing');
  return container.mm;
}

export function callerOf(draft: Draft, index: number, process: number): Caller {
  if (draft.world.quirks.anyProcess) return 'anyone';
  const { mm } = draft.container(index);
  return mm === null || mm === process ? 'owner' : 'stranger';
}

/** The caller, if its operation works on the caller's own memory and not on the container's. */
export function guestOf(draft: Draft, { op, process }: Cursor): Guest {
  if (!draft.world.quirks.anyProcess) return null;
  return draft.container(op.container).mm === process ? null : process;
}

/** The process that an operation pays from and whose memory it sees. */
export const payerOf = (draft: Draft, cursor: Cursor): number =>
  guestOf(draft, cursor) ?? mmOf(draft.container(cursor.op.container));

/** Sends an event to a container; becoming mmSet binds it to the calling process. */
export function tell(draft: Draft, index: number, event: ContainerEvent, process: number): Edge {
  const container = draft.container(index);
  const edge = containerTable.step(container.node, event);
  if (edge.node !== container.node) {
    const changed = draft.changeContainer(index);
    changed.node = edge.node;
    if (edge.node.context['mmSet'] === true) changed.mm ??= process;
  }
  return edge;
}

export const pagesOf = (draft: Draft, bytes: number): number =>
  Math.floor(bytes / 2 ** draft.world.geometry.pageShift);

export function mayCharge(draft: Draft, process: number, pages: number): boolean {
  const limit = draft.world.topology.processes[process]?.memlockPages;
  return pages === 0 || limit === undefined || draft.process(process).lockedVm + pages <= limit;
}

export function charge(draft: Draft, process: number, pages: number): void {
  if (pages !== 0) draft.changeProcess(process).lockedVm += pages;
}

export function unlock(draft: Draft, index: number): void {
  draft.changeContainer(index).locked = false;
}

export function lock(draft: Draft, index: number): void {
  draft.changeContainer(index).locked = true;
}

/** The `uncharge` step: pages go back, container->lock is dropped, the operation returns. */
export function uncharge(draft: Draft, cursor: Cursor): boolean {
  const index = cursor.op.container;
  if (cursor.pages !== 0) {
    charge(draft, cursor.payer ?? mmOf(draft.container(index)), -cursor.pages);
  }
  cursor.pages = 0;
  cursor.payer = null;
  cursor.planned = null;
  unlock(draft, index);
  return cursor.finish(cursor.ret, cursor.out);
}

/** The region of a process that holds all of [va, va + size). */
export function lookup(draft: Draft, process: number, va: number, size: number) {
  for (const region of draft.process(process).regions) {
    if (region.va <= va && va + size <= region.va + region.size) return region;
  }
  return undefined;
}

export const findExact = (draft: Draft, process: number, va: number, size: number) =>
  draft.process(process).regions.find((region) => region.va === va && region.size === size);

/** Sends an event to a region; on `release` it is unlinked and its pages are uncharged. */
export function tellRegion(
  draft: Draft,
  process: number,
  region: Region | undefined,
  event: RegionEvent,
): Edge {
  const edge = regionTable.step(region?.node ?? unregistered, event);
  if (region === undefined || edge.node === region.node) return edge;
  const changed = draft.changeProcess(process);
  const at = changed.regions.indexOf(region);
  if (edge.effects.includes('release')) {
    changed.regions.splice(at, 1);
    changed.lockedVm -= pagesOf(draft, region.size);
  } else {
    const { va, size, pageShift } = region;
    changed.regions[at] = { va, size, pageShift, node: edge.node };
  }
  return edge;
}

/** The same for what an operation takes away: a region that drains by it is its to release. */
export function takeFromRegion(
  draft: Draft,
  cursor: Cursor,
  process: number,
  region: Region | undefined,
  event: RegionEvent,
): void {
  const { node } = tellRegion(draft, process, region, event);
  if (region === undefined || node.value !== 'draining') return;
  const { va, size } = region;
  cursor.draining = [...cursor.draining, { process, va, size }];
}

/** One TCE less points to va. */
export function putEntry(draft: Draft, cursor: Cursor, process: number, va: number): void {
  const region = lookup(draft, process, va, 1);
  if (region === undefined) throw new Error(`model: a TCE points to ${va}, which no region holds`);
  takeFromRegion(draft, cursor, process, region, regionEvents.unmapEntry);
}

/** Clears every entry of a window; in a v2 container the regions lose their TCEs. */
export function clearWindow(draft: Draft, cursor: Cursor, slot: number): void {
  const index = cursor.op.container;
  const window = draft.container(index).windows[slot];
  if (!window || window.entries.size === 0) return;
  if (draft.container(index).node.context['version'] === 2) {
    const mm = mmOf(draft.container(index));
    for (const [entry, va] of window.entries) {
      putEntry(draft, cursor, window.guests?.get(entry) ?? mm, va);
    }
  }
  const changed = draft.changeWindow(index, slot);
  changed.entries.clear();
  changed.guests = null;
}

/** tce_iommu_find_table()'s test: the window's entries reach from its start to its end. */
export const containsIova = (window: WindowData | null, iova: number): boolean =>
  window !== null && window.start <= iova && iova < window.start + window.size;
