// The IOMMU engine alone, without machines and properties: calls made one after the other or step by
// step, and the state they leave, read from outside.

import {
  bootIommu,
  type IommuDelta,
  type IommuOp,
  type IommuWorld,
} from '../../engine/iommu/index.ts';
import {
  type IommuFaultSite,
  iommuFaultSites,
  type IommuTopology,
} from '../../engine/iommu/vocabulary/index.ts';
import {
  type Access,
  checkLeaks,
  type Executor,
  Flag,
  type Outcome,
  type Task,
} from '../../engine/runtime/index.ts';
import { host as smallHost } from '../../fuzz/scenarios/iommu/hosts.ts';

/** Which question at a site the environment refuses, the first being 0; `all` of them. */
export type Refusals = { readonly [S in IommuFaultSite]?: number | 'all' };

export interface Call {
  readonly op: IommuOp;
  readonly process?: number;
  readonly refuse?: Refusals;
}

/** The call during which the environment refuses. */
export const refusing = (refuse: Refusals, op: IommuOp): Call => ({ op, refuse });

export class Host {
  readonly world: IommuWorld;
  /** By call. */
  readonly results: Outcome[] = [];
  private readonly executor: Executor;
  private readonly calls: readonly Call[];
  private readonly asked = new Map<string, number>();

  constructor(
    calls: readonly (IommuOp | Call)[],
    topology: IommuTopology = smallHost(),
    deltas: readonly IommuDelta[] = [],
  ) {
    this.calls = calls.map((call) => (typeof call.op === 'string' ? { op: call } : call));
    const { world, executor } = bootIommu(
      {
        system: 'iommu',
        topology,
        setup: [],
        // A task for each call: calls are ordered by whoever steps them.
        tasks: this.calls.map(({ op, process }) => ({ process: process ?? 0, ops: [op] })),
        faults: { budget: 1000, sites: iommuFaultSites },
      },
      deltas,
      [],
    );
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

  /** Runs call `i` to its end, and what it leaves to a grace period. */
  finish(i: number): Outcome {
    this.runOut(this.task(i));
    this.settle();
    return this.results[i] as Outcome;
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

  /** Everything still held is released; nothing may be left. */
  exit(): void {
    this.runOut(this.executor.tasks.at(-2) as Task);
    this.settle();
    checkLeaks(this.world.heap);
  }

  private settle(): void {
    const daemon = this.executor.tasks.at(-1) as Task;
    while (this.executor.ways(daemon) !== 0) this.step(daemon);
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
    const site = verb.slice('refuse '.length, -1) as IommuFaultSite;
    const key = `${task.id} ${site}`;
    const nth = this.asked.get(key) ?? 0;
    this.asked.set(key, nth + 1);
    const refused = this.calls[task.id - 1]?.refuse?.[site];
    return refused === 'all' || refused === nth ? 1 : 0;
  }
}

/** Runs calls one after the other. */
export const run = (
  calls: readonly (IommuOp | Call)[],
  topology?: IommuTopology,
  deltas: readonly IommuDelta[] = [],
): Host => new Host(calls, topology, deltas).finishAll();
