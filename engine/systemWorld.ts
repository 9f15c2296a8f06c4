// What the worlds of all systems have: the heap, the two doors of chance as a program opens them, and
// which process a task belongs to. What stands on a host is no matter of this file.

import {
  Environment,
  Heap,
  type Node,
  Rcu,
  step,
  type Steps,
  type Watcher,
} from './runtime/index.ts';

/** What a program lets the environment refuse. */
interface Faults<Site> {
  readonly budget: number;
  readonly sites: readonly Site[];
}

export abstract class SystemWorld<Site extends string> {
  readonly heap = new Heap();
  readonly roots = new Map<string, Node>();
  readonly watchers: readonly Watcher<unknown>[];
  readonly env: Environment;
  readonly rcu: Rcu;
  private readonly refusable: ReadonlySet<Site>;
  /** Process of each task, by the task's name; the exit task has left its memory behind. */
  private readonly processes = new Map<string, number>();

  constructor(faults: Faults<Site>, watchers: readonly Watcher<unknown>[]) {
    this.watchers = watchers;
    this.refusable = new Set(faults.budget === 0 ? [] : faults.sites);
    this.env = this.heap.boot(Environment, 'env', faults.budget);
    this.rcu = this.heap.boot(Rcu, 'rcu');
  }

  /** Tells which process a task belongs to; null: its memory is gone (a process that exits). */
  place(taskName: string, process: number | null): void {
    this.processes.set(taskName, process ?? -1);
  }

  /** The process of the task whose step is being performed; -1: none. */
  currentProcess(): number {
    return this.processes.get(step.allocator?.label ?? '') ?? -1;
  }

  /** A place where the environment may refuse: one choice where the program allows it, else none. */
  *refuses(site: Site, atomic = false): Steps<boolean> {
    if (!this.refusable.has(site)) return false;
    const access = this.env.refuse(site, atomic);
    yield access;
    return this.env.answerTo(access) === 1;
  }
}
