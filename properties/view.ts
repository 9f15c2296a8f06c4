// The SPAPR world as properties see it: plain facts gathered from stored values.

import {
  type IommuTable,
  listNodes,
  type Mm,
  type SpaprWorld,
  type TceContainer,
} from '../engine/index.ts';

/** The process a container works for: the one it was bound to, else the one that opened it. */
export function mmOf(world: SpaprWorld, container: TceContainer): Mm {
  const opener = world.topology.containers[container.index]?.process ?? 0;
  return container.mm.stored ?? (world.mms[opener] as Mm);
}

/** Tables in a container's slots. */
export function tablesOf(container: TceContainer): IommuTable[] {
  return container.tables.flatMap((slot) => slot.stored ?? []);
}

export interface LiveEntry {
  readonly container: TceContainer;
  readonly table: IommuTable;
  readonly index: number;
  readonly tce: number;
  readonly ua: number;
}

/** Every entry of a container in which a TCE or a user address is set. */
export function entriesOf(container: TceContainer): LiveEntry[] {
  return tablesOf(container).flatMap((table) => {
    const view = table.view;
    const indices = new Set([...table.tces.live(), ...(view?.entries.live() ?? [])]);
    return [...indices].map((index) => ({
      container,
      table,
      index,
      tce: table.tces.at(index).stored,
      ua: view === null ? 0 : view.entries.at(index).stored,
    }));
  });
}

/** Containers that work for a process. */
export function containersOf(world: SpaprWorld, mm: Mm): TceContainer[] {
  return world.containers.filter((c) => mmOf(world, c) === mm);
}

export const regionsOf = (mm: Mm) => listNodes(mm.memList);
export const groupsOf = (container: TceContainer) => listNodes(container.groupList);
export const preregOf = (container: TceContainer) => listNodes(container.preregList);

/** Nothing waits for a grace period. */
export const rcuIdle = (world: SpaprWorld): boolean => world.rcu.idle;
