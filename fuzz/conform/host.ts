// One booted host on which calls are made one after the other: each runs alone to its end, and any
// number of the last ones can be taken back.

import type { Mm } from '../../engine/index.ts';
import {
  Executor,
  type Outcome,
  type Steps,
  type Task,
  type TaskSpec,
  Violation,
} from '../../engine/runtime/index.ts';
import type { SpaprDelta } from '../../engine/index.ts';
import { bootVfioCore, type VfioCore } from '../../engine/vfio/core/kernel.ts';
import { VfioCoreGroup } from '../../engine/vfio/core/objects.ts';
import { bootKernel } from '../../engine/vfio/spapr/kernel.ts';
import { SpaprWorld } from '../../engine/vfio/spapr/world.ts';
import type { Topology } from '../../engine/vfio/vocabulary.ts';
import type { Machine } from './machine.ts';

/** Processes of one boot. Physical addresses of more of them would not be exact. */
export const maxProcesses = 16;

/** All user memory is mapped, but for the lowest pages; TASK_SIZE is 128 TiB. */
const userMemory = { start: 0x10000, end: 2 ** 47 } as const;

/** A point to go back to. */
export type Mark = readonly [top: number, digest1: number, digest2: number];

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
    const { top, digest1, digest2 } = this.world.heap;
    return [top, digest1, digest2];
  }

  /** Something is otherwise than it was; locks taken and released do not count. */
  changed([, digest1, digest2]: Mark): boolean {
    const { heap } = this.world;
    return heap.digest1 !== digest1 || heap.digest2 !== digest2;
  }

  back(mark: Mark): void {
    this.world.heap.undo(...mark);
  }

  /**
   * Runs one call of `process` and the grace periods after it. A violation is an answer too: what
   * was done up to it is taken back. `name` must be new, objects are named by it.
   */
  run(name: string, process: number | null, start: () => Steps<Outcome>): Outcome | Violation {
    const { world } = this;
    const mark = this.mark();
    world.place(name, process);
    const specs: TaskSpec[] = [
      { name, phase: 'main', ops: [{ label: 'call', start }] },
      {
        name: 'rcu',
        phase: 'daemon',
        ops: [{ label: 'grace period', start: () => world.rcu.daemon() }],
      },
    ];
    try {
      return runAlone(new Executor(world, specs));
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.back(mark);
      return error;
    } finally {
      world.roots.clear();
    }
  }
}

/** The first task to its end, then the daemon until it has nothing left to do. */
export function runAlone(executor: Executor): Outcome {
  const [task, rcu] = executor.tasks as [Task, Task];
  let outcome: Outcome | null = null;
  executor.listener = {
    onBegin: () => undefined,
    onEnd: (_, result) => {
      outcome = result;
    },
  };
  while (!task.finished) {
    if (executor.ways(task) === 0) throw executor.deadlock();
    executor.step(task, 0);
  }
  while (executor.ways(rcu) !== 0) executor.step(rcu, 0);
  return (outcome as Outcome | null) ?? { ret: 0 };
}
