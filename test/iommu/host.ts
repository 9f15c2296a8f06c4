// The IOMMU engine alone (test/stepping.ts), and the state that calls leave, read from outside.

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
import type { Outcome } from '../../engine/runtime/index.ts';
import { host as smallHost } from '../../fuzz/scenarios/iommu/hosts.ts';
import { type CallOf, SteppingHost } from '../stepping.ts';

export type Call = CallOf<IommuOp, IommuFaultSite>;
export type Refusals = NonNullable<Call['refuse']>;

/** The call during which the environment refuses. */
export const refusing = (refuse: Refusals, op: IommuOp): Call => ({ op, refuse });

export class Host extends SteppingHost<IommuWorld, IommuOp, IommuFaultSite> {
  constructor(
    calls: readonly (IommuOp | Call)[],
    topology: IommuTopology = smallHost(),
    deltas: readonly IommuDelta[] = [],
  ) {
    const faults = { budget: 1000, sites: iommuFaultSites };
    super(calls, (tasks) =>
      bootIommu({ system: 'iommu', topology, setup: [], tasks, faults }, deltas, []),
    );
  }

  /** Runs call `i` to its end, and what it leaves to a grace period. */
  finish(i: number): Outcome {
    return this.outcome(i);
  }
}

/** Runs calls one after the other. */
export const run = (
  calls: readonly (IommuOp | Call)[],
  topology?: IommuTopology,
  deltas: readonly IommuDelta[] = [],
): Host => new Host(calls, topology, deltas).finishAll();
