// One booted host on which calls are made one after the other: each runs alone to its end, and any
// number of the last ones can be taken back.

import type { Mm } from '../../engine/index.ts';
import type { Outcome, Steps, Violation } from '../../engine/runtime/index.ts';
import type { SpaprDelta } from '../../engine/index.ts';
import { bootVfioCore, type VfioCore } from '../../engine/vfio/core/kernel.ts';
import { VfioCoreGroup } from '../../engine/vfio/core/objects.ts';
import { bootKernel } from '../../engine/vfio/spapr/kernel.ts';
import { SpaprWorld } from '../../engine/vfio/spapr/world.ts';
import type { Topology } from '../../engine/vfio/vocabulary.ts';
import { callAlone, goBack, type Mark, markOf } from './alone.ts';
import type { Machine } from './machine.ts';

/** Processes of one boot. Physical addresses of more of them would not be exact. */
export const maxProcesses = 16;

/** All user memory is mapped, but for the lowest pages; TASK_SIZE is 128 TiB. */
const userMemory = { start: 0x10000, end: 2 ** 47 } as const;

export class Host {
  readonly core: VfioCore;
  readonly groups: ReadonlyMap<string, VfioCoreGroup>;
  private readonly world: SpaprWorld;

  constructor(machine: Machine, groupNames: readonly string[], deltas: readonly SpaprDelta[]) {
    const { geometry } = machine;
    const vmas = [{ ...userMemory, pageShift: geometry.pageShift }];
    const topology: Topology = {
      geometry,
      processes: Array.from({ length: maxProcesses }, () => ({ vmas })),
      groups: groupNames.map(() => ({ kind: 'ddw', family: 0 })),
      containers: [],
    };
    this.world = new SpaprWorld(topology, { budget: 0, sites: [] }, []);
    const spapr = bootKernel(this.world, [...deltas, machine.platform]);
    this.core = bootVfioCore(spapr);
    this.groups = new Map(
      groupNames.map((name, i) => {
        const { heap, groups } = this.world;
        const group = heap.boot(
          VfioCoreGroup,
          `vfio_group${i}`,
          groups[i] as (typeof groups)[number],
        );
        return [name, group];
      }),
    );
  }

  mm(process: number): Mm {
    return this.world.mms[process] as Mm;
  }

  mark(): Mark {
    return markOf(this.world);
  }

  /** Something is otherwise than it was; locks taken and released do not count. */
  changed([, digest1, digest2]: Mark): boolean {
    const { heap } = this.world;
    return heap.digest1 !== digest1 || heap.digest2 !== digest2;
  }

  back(mark: Mark): void {
    goBack(this.world, mark);
  }

  run(name: string, process: number | null, start: () => Steps<Outcome>): Outcome | Violation {
    return callAlone(this.world, name, process, { label: 'call', start });
  }
}
