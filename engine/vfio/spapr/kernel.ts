// The kernel code as a table of steps that call each other through `this`: a defect replaces one.

import { MmIommuSteps } from '../../powerpc/mmIommu.ts';
import { PnvIoda2Steps } from '../../powerpc/pnvIoda2.ts';
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

/** The steps of the reference engine by name: right by construction, no defect anywhere. */
const referenceSteps: Readonly<Record<string, unknown>> = Object.fromEntries(
  parts.flatMap((part) =>
    Object.getOwnPropertyNames(part.prototype)
      .filter((name) => name !== 'constructor')
      .map((name) => [name, (part.prototype as unknown as Record<string, unknown>)[name]]),
  ),
);

export type SpaprDelta = Delta<SpaprKernel>;
export type SpaprRevision = Revision<SpaprKernel>;

/** Two deltas of one revision replace the same step: which one should count is undefined. */
export class ConflictingDeltas extends Error {
  constructor(step: string, first: string, second: string) {
    super(`${first} and ${second} both replace ${step}; put them in different revisions`);
    this.name = 'ConflictingDeltas';
  }
}

/** The kernel of a revision in a world; `onDelta` is told each time a delta's code runs. */
export function bootKernel(
  world: SpaprWorld,
  deltas: readonly SpaprDelta[],
  onDelta: ((id: string) => void) | null = null,
): SpaprKernel {
  const steps = onDelta === null ? knownSteps(deltas) : stepsOf(deltas, onDelta);
  return Object.assign(Object.create(steps) as SpaprKernel, { world });
}

const known = new WeakMap<readonly SpaprDelta[], object>();

/** The steps of a list of deltas, put together once. */
function knownSteps(deltas: readonly SpaprDelta[]): object {
  let steps = known.get(deltas);
  if (steps === undefined) known.set(deltas, (steps = stepsOf(deltas, null)));
  return steps;
}

function stepsOf(deltas: readonly SpaprDelta[], onDelta: ((id: string) => void) | null): object {
  const owner = new Map<string, string>();
  const steps: Record<string, unknown> = { ...referenceSteps };
  for (const delta of deltas) {
    for (const [name, replacement] of Object.entries(delta.steps)) {
      const other = owner.get(name);
      if (other !== undefined) throw new ConflictingDeltas(name, other, delta.id);
      owner.set(name, delta.id);
      steps[name] = onDelta === null ? replacement : observed(replacement, delta.id, onDelta);
    }
  }
  return steps;
}

function observed(step: unknown, id: string, onDelta: (id: string) => void) {
  return function (this: SpaprKernel, ...args: unknown[]): unknown {
    onDelta(id);
    return (step as (...args: unknown[]) => unknown).apply(this, args);
  };
}
