// An engine alone, without machines and properties: calls made one after the other or step by step,
// each a task of its own. What is booted, and what is read of it, is said by the host of each system.

import {
  type Access,
  checkLeaks,
  type Executor,
  Flag,
  type Heap,
  type Outcome,
  type Task,
} from '../engine/runtime/index.ts';

interface Named {
  readonly op: string;
}

export interface CallOf<Op extends Named, Site extends string> {
  readonly op: Op;
  readonly process?: number;
  /** Which question at a site the environment refuses, the first being 0; `all` of them. */
  readonly refuse?: Readonly<Partial<Record<Site, number | 'all'>>>;
}

interface Booted<World> {
  readonly world: World;
  readonly executor: Executor;
}

interface CallTask<Op> {
  readonly process: number;
  readonly ops: readonly Op[];
}

const isCall = <Op extends Named, Site extends string>(
  call: Op | CallOf<Op, Site>,
): call is CallOf<Op, Site> => typeof call.op !== 'string';

export abstract class SteppingHost<
  World extends { readonly heap: Heap },
  Op extends Named,
  Site extends string,
> {
  readonly world: World;
  /** By call. */
  readonly results: Outcome[] = [];
  private readonly executor: Executor;
  private readonly calls: readonly CallOf<Op, Site>[];
  private readonly asked = new Map<string, number>();

  constructor(
    calls: readonly (Op | CallOf<Op, Site>)[],
    boot: (tasks: readonly CallTask<Op>[]) => Booted<World>,
  ) {
    this.calls = calls.map((call) => (isCall<Op, Site>(call) ? call : { op: call }));
    // A task for each call: calls are ordered by whoever steps them.
    const tasks = this.calls.map(({ op, process }) => ({ process: process ?? 0, ops: [op] }));
    const { world, executor } = boot(tasks);
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
  outcome(i: number, settle = true): Outcome {
    this.runOut(this.task(i));
    if (settle) this.settle();
    return this.results[i] as Outcome;
  }

  /** Runs all calls that are left, in order. */
  finishAll(): this {
    this.calls.forEach((_, i) => this.outcome(i));
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

  /** Every process exits: everything still held is released, nothing may be left. */
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
    const site = verb.slice('refuse '.length, -1) as Site;
    const key = `${task.id} ${site}`;
    const nth = this.asked.get(key) ?? 0;
    this.asked.set(key, nth + 1);
    const refused = this.calls[task.id - 1]?.refuse?.[site];
    return refused === 'all' || refused === nth ? 1 : 0;
  }
}
