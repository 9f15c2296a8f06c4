// The catalogue: every delta of every system, part by part.

import type { Subsystem } from '../subsystems.ts';
import type { AnyDelta } from './define.ts';
import { attachDeltas } from './iommu/attach/index.ts';
import { cookieDeltas } from './iommu/cookie/index.ts';
import { dirtyDeltas } from './iommu/dirty/index.ts';
import { iommufdDeltas } from './iommu/iommufd/index.ts';
import { mappingDeltas } from './iommu/mapping/index.ts';
import { ownershipDeltas } from './iommu/ownership/index.ts';
import { type1Deltas } from './iommu/type1/index.ts';
import { virtioDeltas } from './iommu/virtio/index.ts';
import { spaprDeltas } from './spapr/index.ts';

/** The lists, and the subsystem of the deltas that name none. */
const parts: readonly (readonly [Subsystem, readonly AnyDelta[]])[] = [
  ['registration', spaprDeltas],
  ['mapping', mappingDeltas],
  ['mapping', attachDeltas],
  ['virtio', virtioDeltas],
  ['ownership', ownershipDeltas],
  ['dirty', dirtyDeltas],
  ['cookie', cookieDeltas],
  ['mapping', type1Deltas],
  ['mapping', iommufdDeltas],
];

export const deltas: readonly AnyDelta[] = parts.flatMap(([, list]) => list);

const byId = new Map(deltas.map((delta) => [delta.id, delta]));
const subsystemById = new Map(
  parts.flatMap(([subsystem, list]) => list.map((d) => [d.id, d.subsystem ?? subsystem] as const)),
);

/** The delta with this id; undefined if there is none. */
export function deltaById(id: string): AnyDelta | undefined {
  return byId.get(id);
}

/** The subsystem whose scenarios are to show a delta; undefined for one that is not listed. */
export function subsystemOf({ id, subsystem }: AnyDelta): Subsystem | undefined {
  return subsystem ?? subsystemById.get(id);
}
