// The VFIO core as a table of steps that call each other through `this`, over one IOMMU driver.
// It serves sessions that open, close and set up containers as user space does; bounded programs
// begin one layer lower, with containers that are open already (engine/vfio/spapr/boot.ts).

import type { SpaprKernel } from '../spapr/kernel.ts';
import { ContainerSteps } from './container.ts';
import { GroupSteps } from './group.ts';

/** What `this` is in every step: the steps, and the driver below. */
export interface VfioCore extends ContainerSteps, GroupSteps {
  readonly spapr: SpaprKernel;
}

const steps: Readonly<Record<string, unknown>> = Object.fromEntries(
  [ContainerSteps, GroupSteps].flatMap((part) =>
    Object.getOwnPropertyNames(part.prototype)
      .filter((name) => name !== 'constructor')
      .map((name) => [name, (part.prototype as unknown as Record<string, unknown>)[name]]),
  ),
);

export function bootVfioCore(spapr: SpaprKernel): VfioCore {
  return { ...steps, spapr } as unknown as VfioCore;
}
