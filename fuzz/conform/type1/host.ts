// One booted host on which operations are performed one after the other; the last one can be taken
// back.

import {
  bootIommuKernel,
  type IommuDelta,
  type IommuKernel,
} from '../../../engine/iommu/kernel.ts';
import { operationOf } from '../../../engine/iommu/operations.ts';
import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import { IommuWorld } from '../../../engine/iommu/world.ts';
import { Executor, type Outcome, Violation } from '../../../engine/runtime/index.ts';
import { type Mark, runAlone } from '../host.ts';
import { type IommuName, topologyOf } from './machine.ts';

export class Type1Host {
  private readonly world: IommuWorld;
  private readonly kernel: IommuKernel;
  private calls = 0;

  constructor(iommu: IommuName, deltas: readonly IommuDelta[]) {
    this.world = new IommuWorld(topologyOf(iommu), { budget: 0, sites: [] }, []);
    this.kernel = bootIommuKernel({ world: this.world }, deltas, null);
  }

  mark(): Mark {
    const { top, digest1, digest2 } = this.world.heap;
    return [top, digest1, digest2];
  }

  back(mark: Mark): void {
    this.world.heap.undo(...mark);
  }

  /** A violation is an answer too: what was done up to it is taken back. */
  run(op: IommuOp): Outcome | Violation {
    const { world } = this;
    const mark = this.mark();
    const name = `call${++this.calls}`;
    world.place(name, 0);
    const daemon = { label: 'grace period', start: () => world.rcu.daemon() };
    try {
      return runAlone(
        new Executor(world, [
          { name, phase: 'main', ops: [operationOf(this.kernel, op)] },
          { name: 'rcu', phase: 'daemon', ops: [daemon] },
        ]),
      );
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.back(mark);
      return error;
    } finally {
      world.roots.clear();
    }
  }
}
