// The deltas of iommufd.

import type { IommuDelta } from '../../../iommu/kernel.ts';
import { iommufdB24 } from './b24-put-object.ts';
import { iommufdB26 } from './b26-batch-end.ts';
import { iommufdB29 } from './b29-uptr-overflow.ts';
import { iommufdB30 } from './b30-looks-unlocked.ts';
import { iommufdB31 } from './b31-itree-after-split.ts';
import { iommufdB36 } from './b36-unreserve-old.ts';
import { iommufdB37 } from './b37-unreserve-shared.ts';
import { iommufdB38 } from './b38-detach-looks-early.ts';
import { iommufdB39 } from './b39-wrong-hwpt.ts';
import { iommufdB43 } from './b43-align-overflow.ts';
import { iommufdB51 } from './b51-parent-with-faults.ts';
import { iommufdP1 } from './p1-pages-unlocked.ts';
import { iommufdP2 } from './p2-unmaps-unfinished.ts';
import { iommufdP3 } from './p3-unpins-shared.ts';
import { iommufdP4 } from './p4-first-domain-kept.ts';
import { iommufdP5 } from './p5-abort-keeps-link.ts';
import { iommufdP6 } from './p6-charge-kept.ts';
import { iommufdP7 } from './p7-replace-references.ts';
import { iommufdP8 } from './p8-hwpt-kept.ts';
import { iommufdP9 } from './p9-doorbells-left.ts';
import { iommufdP10 } from './p10-second-cookie.ts';
import { iommufdP11, iommufdP12 } from './p11-references.ts';

export const iommufdDeltas: readonly IommuDelta[] = [
  iommufdB24,
  iommufdB26,
  iommufdB29,
  iommufdB30,
  iommufdB31,
  iommufdB36,
  iommufdB37,
  iommufdB38,
  iommufdB39,
  iommufdB43,
  iommufdB51,
  iommufdP1,
  iommufdP2,
  iommufdP3,
  iommufdP4,
  iommufdP5,
  iommufdP6,
  iommufdP7,
  iommufdP8,
  iommufdP9,
  iommufdP10,
  iommufdP11,
  iommufdP12,
];
