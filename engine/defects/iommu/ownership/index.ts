// The deltas of DMA ownership and cache coherency.

import type { IommuDelta } from '../../../iommu/kernel.ts';
import { own1 } from './own-1-detach-to-default.ts';
import { own3 } from './own-3-release-keeps-domain.ts';
import { own4 } from './own-4-claim-counted-early.ts';
import { own6 } from './own-6-no-default-domain.ts';
import { own7 } from './own-7-owner-switched.ts';
import { own14 } from './own-14-any-owner.ts';
import { own15 } from './own-15-use-unlooked.ts';
import { own70 } from './own-70-enforce-non-empty.ts';
import { own71 } from './own-71-enforce-looks-first.ts';
import { own72 } from './own-72-attach-looks-first.ts';
import { own73 } from './own-73-taken-back.ts';
import { own517 } from './own-517-no-ownership.ts';
import { cacheSnoops } from './d-cache-snoops.ts';
import { claimEinval } from './d-claim-einval.ts';

export const ownershipDeltas: readonly IommuDelta[] = [
  own1,
  own3,
  own4,
  own6,
  own7,
  own14,
  own15,
  own70,
  own71,
  own72,
  own73,
  own517,
  cacheSnoops,
  claimEinval,
];
