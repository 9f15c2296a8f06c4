// The deltas of virtio-iommu.

import type { IommuDelta } from '../../../iommu/kernel.ts';
import { aperture } from './aperture.ts';
import { failedAttach } from './bug-1-failed-attach.ts';
import { partialUnmap } from './bug-2-partial-unmap.ts';
import { unmapEnd } from './bug-3-unmap-end.ts';
import { overlap } from './bug-4-overlap.ts';
import { statusLost } from './bug-5-status-lost.ts';
import { lengthZero } from './bug-6-length-0.ts';
import { identityDetach } from './bug-7-identity-detach.ts';
import { attachedAgain } from './bug-8-attached-again.ts';
import { onlyId } from './bug-9-only-id.ts';
import { noDetach } from './bug-10-no-detach.ts';
import { sizeMapped } from './bug-11-size-mapped.ts';
import { countUnlocked } from './count-unlocked.ts';
import { finalise } from './finalise.ts';
import * as planted from './planted.ts';
import { reservedRegions } from './reserved-regions.ts';
import { seedAlloc } from './seed-alloc.ts';
import * as v0 from './v0.ts';

export const virtioDeltas: readonly IommuDelta[] = [
  failedAttach,
  partialUnmap,
  unmapEnd,
  overlap,
  statusLost,
  lengthZero,
  identityDetach,
  attachedAgain,
  onlyId,
  noDetach,
  sizeMapped,
  countUnlocked,
  finalise,
  aperture,
  reservedRegions,
  planted.idTwice,
  planted.rebound,
  planted.firstIdOnly,
  planted.halfMoved,
  planted.noWait,
  planted.filledBypass,
  planted.idKept,
  planted.foreignAccepted,
  planted.sleepsLocked,
  seedAlloc,
  v0.synchronousMap,
  v0.foreignExdev,
  v0.granuleEinval,
  v0.identityErrno,
];
