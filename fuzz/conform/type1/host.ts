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
import type { Outcome, Violation } from '../../../engine/runtime/index.ts';
import { callAlone, goBack, type Mark, markOf } from '../alone.ts';
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
    return markOf(this.world);
  }

  back(mark: Mark): void {
    goBack(this.world, mark);
  }

  /** A violation is an answer too: what was done up to it is taken back. */
  run(op: IommuOp): Outcome | Violation {
    return callAlone(this.world, `call${++this.calls}`, 0, operationOf(this.kernel, op));
  }
}
