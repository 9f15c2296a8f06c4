// The deltas of domain cookies.

import type { IommuDelta } from '../../../iommu/kernel.ts';
import { cookieB1 } from './b1-handler-union.ts';
import { cookieB2 } from './b2-prepare-unlocked.ts';
import { cookieB3 } from './b3-iommufd-msi-cookie.ts';
import { cookieB4 } from './b4-owner-overwritten.ts';
import { cookieB5 } from './b5-descriptor-points.ts';
import { cookieB6 } from './b6-pages-by-group.ts';
import { cookieB7 } from './b7-init-race.ts';
import { cookieP1 } from './p1-no-test-in-iommufd.ts';
import { cookieP2 } from './p2-no-test.ts';
import { cookieP3 } from './p3-tag-before-memory.ts';
import { cookieP4 } from './p4-type-unchecked.ts';
import { cookieP5 } from './p5-mm-kept.ts';
import { cookieP6 } from './p6-page-not-found.ts';
import { cookieP7 } from './p7-iova-kept.ts';
import { cookieP8 } from './p8-silent-default.ts';
import { cookieP10 } from './p10-freed-too-soon.ts';
import { cookieP11 } from './p11-no-window.ts';
import { cookieP12 } from './p12-pointer-for-tag.ts';
import { cookieP13 } from './p13-wrong-put.ts';
import { cookieP14 } from './p14-tag-first.ts';
import { cookieP15 } from './p15-freed-twice.ts';

export const cookieDeltas: readonly IommuDelta[] = [
  cookieB1,
  cookieB2,
  cookieB3,
  cookieB4,
  cookieB5,
  cookieB6,
  cookieB7,
  cookieP1,
  cookieP2,
  cookieP3,
  cookieP4,
  cookieP5,
  cookieP6,
  cookieP7,
  cookieP8,
  cookieP10,
  cookieP11,
  cookieP12,
  cookieP13,
  cookieP14,
  cookieP15,
];
