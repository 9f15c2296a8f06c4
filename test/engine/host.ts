// The SPAPR engine alone (test/stepping.ts), and the state that calls leave, read from outside.
// Topologies and operations come from model/testing.ts, so that both sides are asked in the same words.

import { boot, hpaOf, listNodes, type Op, type SpaprDelta } from '../../engine/index.ts';
import { directionOf, type IommuTable } from '../../engine/powerpc/iommuTable.ts';
import type { SpaprWorld } from '../../engine/vfio/spapr/world.ts';
import { type FaultSite, faultSites } from '../../engine/vfio/vocabulary.ts';
import { type Parts, topology } from '../../model/testing.ts';
import { type CallOf, SteppingHost } from '../stepping.ts';

export type Call = CallOf<Op, FaultSite>;
export type Refusals = NonNullable<Call['refuse']>;

export interface Setting extends Parts {
  /** Versions of the containers; one v2 container unless told otherwise. */
  readonly versions?: readonly (1 | 2)[];
  readonly deltas?: readonly SpaprDelta[];
}

/** The call of a second process. */
export const stranger = (op: Op): Call => ({ op, process: 1 });

/** The call during which the environment refuses. */
export const refusing = (refuse: Refusals, op: Op): Call => ({ op, refuse });

export class Host extends SteppingHost<SpaprWorld, Op, FaultSite> {
  constructor(calls: readonly (Op | Call)[], setting: Setting = {}) {
    const { versions = [2], deltas = [] } = setting;
    const parts = { topology: topology(versions, setting), setup: [] };
    const faults = { budget: 1000, sites: faultSites };
    super(calls, (tasks) => boot({ system: 'spapr', ...parts, tasks, faults }, deltas, []));
  }

  /** Runs call `i` to its end; with what it leaves to a grace period unless told otherwise. */
  finish(i: number, settle = true): number {
    return this.outcome(i, settle).ret;
  }
}

/** Runs calls one after the other. */
export const run = (calls: readonly (Op | Call)[], setting: Setting = {}): Host =>
  new Host(calls, setting).finishAll();

/** What the last of the calls returned. */
export const last = (calls: readonly (Op | Call)[], setting: Setting = {}): number | undefined =>
  run(calls, setting).rets.at(-1);

export const lockedVm = ({ world }: Host, process = 0) => world.mms[process]?.lockedVm.stored;

/** Listed regions by address. */
export const regions = ({ world }: Host, process = 0) =>
  listNodes(world.mms[process]!.memList)
    .map((m) => ({ ua: m.ua, entries: m.entries, used: m.used.stored, mapped: m.mapped.stored }))
    .sort((a, b) => a.ua - b.ua);

/** Pins of the page at `va`. */
export const pins = ({ world }: Host, va: number, process = 0) =>
  world.mms[process]?.pageAt(va, world.geometry.pageShift)?.pins.stored;

/** All pins of a process together. */
export const allPins = ({ world }: Host, process = 0) =>
  [...world.mms[process]!.pages.values()].reduce((sum, page) => sum + page.pins.stored, 0);

export const tableOf = ({ world }: Host, slot: number, container = 0): IommuTable | null =>
  world.containers[container]?.tables[slot]?.stored ?? null;

/** The windows of a container by slot: start, entries, log2 of the IOMMU page. */
export const windows = (host: Host, container = 0) =>
  [0, 1].map((slot) => {
    const table = tableOf(host, slot, container);
    return table && [table.start, table.itSize, table.itPageShift];
  });

/** Which of the container's windows each slot of a group's hardware is programmed with. */
export const slots = (host: Host, group: number, container = 0) =>
  host.world.groups[group]?.tableGroup?.tables.map(({ stored }) => {
    if (stored === null) return null;
    const at = [0, 1].find((slot) => tableOf(host, slot, container) === stored);
    return at ?? 'another table';
  });

/** Live TCEs of a window: [entry from its start, host address, direction, user address]. */
export const tces = (host: Host, slot = 0, container = 0) => {
  const table = tableOf(host, slot, container);
  return table === null
    ? []
    : table.tces.live().map((index) => {
        const tce = table.tces.at(index).stored;
        return [index, hpaOf(tce), directionOf(tce), table.view?.entries.at(index).stored ?? null];
      });
};

/** Entries of a window whose TCE is valid. */
export const live = (host: Host, slot = 0, container = 0) =>
  tces(host, slot, container).map(([index]) => index);

/** Groups in the container's list, the latest first. */
export const members = ({ world }: Host, container = 0) =>
  listNodes(world.containers[container]!.groupList).map(({ group }) => group.index);
