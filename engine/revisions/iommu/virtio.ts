// What the virtio part adds to revisions: spec/virtio-domain.md §10.

import { aperture } from '../../defects/iommu/virtio/aperture.ts';
import { failedAttach } from '../../defects/iommu/virtio/bug-1-failed-attach.ts';
import { noDetach } from '../../defects/iommu/virtio/bug-10-no-detach.ts';
import { sizeMapped } from '../../defects/iommu/virtio/bug-11-size-mapped.ts';
import { partialUnmap } from '../../defects/iommu/virtio/bug-2-partial-unmap.ts';
import { unmapEnd } from '../../defects/iommu/virtio/bug-3-unmap-end.ts';
import { overlap } from '../../defects/iommu/virtio/bug-4-overlap.ts';
import { statusLost } from '../../defects/iommu/virtio/bug-5-status-lost.ts';
import { lengthZero } from '../../defects/iommu/virtio/bug-6-length-0.ts';
import { identityDetach } from '../../defects/iommu/virtio/bug-7-identity-detach.ts';
import { attachedAgain } from '../../defects/iommu/virtio/bug-8-attached-again.ts';
import { onlyId } from '../../defects/iommu/virtio/bug-9-only-id.ts';
import { countUnlocked } from '../../defects/iommu/virtio/count-unlocked.ts';
import { finalise } from '../../defects/iommu/virtio/finalise.ts';
import { reservedRegions } from '../../defects/iommu/virtio/reserved-regions.ts';
import { seedAlloc } from '../../defects/iommu/virtio/seed-alloc.ts';
import {
  foreignExdev,
  granuleEinval,
  identityErrno,
  synchronousMap,
} from '../../defects/iommu/virtio/v0.ts';
import type { PartRevisions } from './revision.ts';

/** In every version: V0 to V2. */
const always = [
  failedAttach,
  partialUnmap,
  unmapEnd,
  overlap,
  lengthZero,
  attachedAgain,
  countUnlocked,
  aperture,
  reservedRegions,
];

/** V0. */
const synchronous = [
  ...always,
  finalise,
  synchronousMap,
  foreignExdev,
  granuleEinval,
  identityErrno,
];

export const virtioRevisions: PartRevisions = {
  'virtio/6.1.38': [...synchronous, noDetach, sizeMapped],
  'virtio/6.1': synchronous,
  'virtio/6.8': [...always, statusLost, finalise],
  'virtio/seed': [...always, statusLost, seedAlloc],
  'virtio/6.16': [...always, statusLost, identityDetach, onlyId],
};
