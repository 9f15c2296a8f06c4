// The host that a program runs on: everything that exists before the first operation.

import {
  type Birth,
  Environment,
  Heap,
  KernelObject,
  Mutex,
  type Node,
  Rcu,
  step,
  type Steps,
  type Watcher,
} from '../../runtime/index.ts';
import { Mm } from '../../mm/mm.ts';
import { TableGroup } from '../../powerpc/tableGroup.ts';
import type { FaultSite, Geometry, Program, Topology } from '../vocabulary.ts';
import { TceContainer, VfioGroup } from './objects.ts';

/** The one lock of arch/powerpc/mm/book3s64/iommu_api.c, over the lists of all processes. */
export class MmIommu extends KernelObject {
  readonly memListMutex: Mutex;

  constructor(birth: Birth) {
    super(birth);
    this.memListMutex = new Mutex(this, 'mem_list_mutex');
  }

  get kind(): string {
    return 'mm_iommu';
  }
}

export class SpaprWorld {
  readonly heap = new Heap();
  readonly roots = new Map<string, Node>();
  readonly watchers: readonly Watcher<unknown>[];
  readonly topology: Topology;
  readonly geometry: Geometry;
  readonly env: Environment;
  readonly rcu: Rcu;
  readonly mmIommu: MmIommu;
  readonly mms: readonly Mm[];
  readonly groups: readonly VfioGroup[];
  readonly containers: readonly TceContainer[];
  private readonly refusable: ReadonlySet<FaultSite>;
  /** Process of each task, by the task's name; the exit task has left its memory behind. */
  private readonly processes = new Map<string, number>();

  constructor(
    topology: Topology,
    faults: Program['faults'],
    watchers: readonly Watcher<unknown>[],
  ) {
    const { heap } = this;
    this.topology = topology;
    this.geometry = topology.geometry;
    this.watchers = watchers;
    this.refusable = new Set(faults.budget === 0 ? [] : faults.sites);
    this.env = heap.boot(Environment, 'env', faults.budget);
    this.rcu = heap.boot(Rcu, 'rcu');
    this.mmIommu = heap.boot(MmIommu, 'mm_iommu');
    this.mms = topology.processes.map((spec, i) => heap.boot(Mm, `mm${i}`, i, spec));
    this.groups = topology.groups.map((spec, i) => {
      const tableGroup =
        spec.noTableGroup === true
          ? null
          : heap.boot(TableGroup, `table_group${i}`, spec, topology.geometry);
      return heap.boot(VfioGroup, `g${i}`, i, tableGroup);
    });
    this.containers = topology.containers.map((c, i) =>
      heap.boot(TceContainer, `c${i}`, i, c.version === 2),
    );
  }

  /** Tells which process a task belongs to; null: its memory is gone (a process that exits). */
  place(taskName: string, process: number | null): void {
    this.processes.set(taskName, process ?? -1);
  }

  /** current->mm of the task whose step is being performed; null once its process has exited. */
  currentMm(): Mm | null {
    const process = this.processes.get(step.allocator?.label ?? '') ?? -1;
    return this.mms[process] ?? null;
  }

  /** A place where the environment may refuse: one choice where the program allows it, else none. */
  *refuses(site: FaultSite): Steps<boolean> {
    if (!this.refusable.has(site)) return false;
    const access = this.env.refuse(site);
    yield access;
    return this.env.answerTo(access) === 1;
  }
}
