// The engine alone, without the machines and without properties: calls made one after the other or
// step by step, and the state they leave, read from outside. Topologies and operations come from
// model/testing.ts, so that both sides are asked in the same words.

import { boot, hpaOf, listNodes, type Op, type SpaprDelta } from '../../engine/index.ts';
import { directionOf, type IommuTable } from '../../engine/powerpc/iommuTable.ts';
import {
  type Access,
  checkLeaks,
  type Executor,
  Flag,
  type Outcome,
  type Task,
} from '../../engine/runtime/index.ts';
import type { SpaprWorld } from '../../engine/vfio/spapr/world.ts';
import { type FaultSite, faultSites } from '../../engine/vfio/vocabulary.ts';
import { type Parts, topology } from '../../model/testing.ts';

/** Which question at a site the environment refuses, the first being 0; `all` of them. */
export type Refusals = { readonly [S in FaultSite]?: number | 'all' };

export interface Call {
  readonly op: Op;
  readonly process?: number;
  readonly refuse?: Refusals;
}

export interface Setting extends Parts {
  /** Versions of the containers; one v2 container unless told otherwise. */
  readonly versions?: readonly (1 | 2)[];
  readonly deltas?: readonly SpaprDelta[];
}

/** The call of a second process. */
export const stranger = (op: Op): Call => ({ op, process: 1 });

/** The call during which the environment refuses. */
export const refusing = (refuse: Refusals, op: Op): Call => ({ op, refuse });

export class Host {
  readonly world: SpaprWorld;
  /** By call. */
  readonly results: Outcome[] = [];
  private readonly executor: Executor;
  private readonly calls: readonly Call[];
  private readonly asked = new Map<string, number>();

  constructor(calls: readonly (Op | Call)[], setting: Setting = {}) {
    const { versions = [2], deltas = [] } = setting;
    this.calls = calls.map((call) => (typeof call.op === 'string' ? { op: call } : call));
    const program = {
      system: 'spapr' as const,
      topology: topology(versions, setting),
      setup: [],
      // A task for each call: calls are ordered by whoever steps them.
      tasks: this.calls.map(({ op, process }) => ({ process: process ?? 0, ops: [op] })),
      faults: { budget: 1000, sites: faultSites },
    };
    const { world, executor } = boot(program, deltas, []);
    executor.listener = {
      onBegin: () => {},
      onEnd: (task, result) => {
        if (task.phase === 'main') this.results[task.id - 1] = result;
      },
    };
    this.world = world;
    this.executor = executor;
  }

  /** What the calls returned so far. */
  get rets(): (number | undefined)[] {
    return this.calls.map((_, i) => this.results[i]?.ret);
  }

  /** Runs call `i` to its end; with what it leaves to a grace period unless told otherwise. */
  finish(i: number, settle = true): number {
    this.runOut(this.task(i));
    if (settle) this.settle();
    return (this.results[i] as Outcome).ret;
  }

  /** Runs all calls that are left, in order. */
  finishAll(): this {
    this.calls.forEach((_, i) => this.finish(i));
    return this;
  }

  /** Runs call `i` until it announces `verb` of a cell with this field. */
  until(i: number, verb: string, field: string): void {
    const task = this.task(i);
    for (;;) {
      const { access } = task.node;
      if (access === null) throw new Error(`call ${i} ended before ${verb} of ${field}`);
      if (access.verb === verb && access.cell.field === field) return;
      this.step(task);
    }
  }

  /** Whether call `i` has to wait for another. */
  blocked(i: number): boolean {
    return this.executor.ways(this.task(i)) === 0;
  }

  /** Grace periods end. */
  settle(): void {
    const daemon = this.executor.tasks.at(-1) as Task;
    while (this.executor.ways(daemon) !== 0) this.step(daemon);
  }

  /** Every process exits: files are closed, containers released, nothing may be left. */
  exit(): void {
    this.runOut(this.executor.tasks.at(-2) as Task);
    this.settle();
    checkLeaks(this.world.heap);
  }

  private task(i: number): Task {
    return this.executor.tasks[i + 1] as Task;
  }

  private runOut(task: Task): void {
    while (!task.finished) this.step(task);
  }

  private step(task: Task): void {
    if (this.executor.ways(task) === 0) {
      const { verb, cell } = task.node.access as Access;
      throw new Error(`${task.label} waits at ${verb} of ${cell.name}`);
    }
    this.executor.step(task, this.answer(task));
  }

  private answer(task: Task): number {
    const { flags, verb } = task.node.access as Access;
    if ((flags & Flag.chooses) === 0) return 0;
    const site = verb.slice('refuse '.length, -1) as FaultSite;
    const key = `${task.id} ${site}`;
    const nth = this.asked.get(key) ?? 0;
    this.asked.set(key, nth + 1);
    const refused = this.calls[task.id - 1]?.refuse?.[site];
    return refused === 'all' || refused === nth ? 1 : 0;
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
