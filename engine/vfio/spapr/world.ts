// The host that a program runs on: everything that exists before the first operation.

import { type Birth, KernelObject, Mutex, type Watcher } from '../../runtime/index.ts';
import { Mm } from '../../mm/mm.ts';
import { TableGroup } from '../../powerpc/tableGroup.ts';
import { SystemWorld } from '../../systemWorld.ts';
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

export class SpaprWorld extends SystemWorld<FaultSite> {
  readonly topology: Topology;
  readonly geometry: Geometry;
  readonly mmIommu: MmIommu;
  readonly mms: readonly Mm[];
  readonly groups: readonly VfioGroup[];
  readonly containers: readonly TceContainer[];

  constructor(
    topology: Topology,
    faults: Program['faults'],
    watchers: readonly Watcher<unknown>[],
  ) {
    super(faults, watchers);
    const { heap } = this;
    this.topology = topology;
    this.geometry = topology.geometry;
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

  /** current->mm of the task whose step is being performed; null once its process has exited. */
  currentMm(): Mm | null {
    return this.mms[this.currentProcess()] ?? null;
  }
}
