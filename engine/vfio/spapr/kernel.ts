// The kernel code as a table of steps that call each other through `this`: a defect replaces one.

import { MmIommuSteps } from '../../powerpc/mmIommu.ts';
import { PnvIoda2Steps } from '../../powerpc/pnvIoda2.ts';
import { composeKernel } from '../../defects/compose.ts';
import type { Delta, Revision } from '../../defects/define.ts';
import { AttachSteps } from './attach.ts';
import { BuildSteps } from './build.ts';
import { IoctlSteps } from './ioctl.ts';
import { MappingSteps } from './mapping.ts';
import { OwnershipSteps } from './ownership.ts';
import { PreregSteps } from './prereg.ts';
import { ReleaseSteps } from './release.ts';
import { WindowSteps } from './windows.ts';
import type { SpaprWorld } from './world.ts';

const parts = [
  MmIommuSteps,
  PnvIoda2Steps,
  AttachSteps,
  OwnershipSteps,
  WindowSteps,
  PreregSteps,
  BuildSteps,
  MappingSteps,
  ReleaseSteps,
  IoctlSteps,
];

/** What `this` is in every step: all steps, and the world they work on. */
export interface SpaprKernel
  extends MmIommuSteps,
    PnvIoda2Steps,
    AttachSteps,
    OwnershipSteps,
    WindowSteps,
    PreregSteps,
    BuildSteps,
    MappingSteps,
    ReleaseSteps,
    IoctlSteps {
  readonly world: SpaprWorld;
}

export type SpaprDelta = Delta<SpaprKernel>;
export type SpaprRevision = Revision<SpaprKernel>;

const compose = composeKernel<SpaprKernel>(parts);

/** The kernel of a revision in a world; `onDelta` is told each time a delta's code runs. */
export function bootKernel(
  world: SpaprWorld,
  deltas: readonly SpaprDelta[],
  onDelta: ((id: string) => void) | null = null,
): SpaprKernel {
  return compose({ world }, deltas, onDelta);
}
