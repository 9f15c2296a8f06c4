// The deltas of attaching: domains, groups and devices.

import type { IommuDelta } from '../../../iommu/kernel.ts';
import { att1 } from './att-1-no-revert.ts';
import { att2 } from './att-2-probe-uaf.ts';
import { att3 } from './att-3-default-domain-twice.ts';
import { att4 } from './att-4-probed-twice.ts';
import { att8 } from './att-8-half-probed.ts';
import { att10 } from './att-10-pasid-unwind.ts';
import { att20 } from './att-20-must-succeed.ts';
import { att21 } from './att-21-no-blocking-domain.ts';
import { att30 } from './att-30-frees-old-default.ts';
import { att31 } from './att-31-entry-left.ts';
import { att32 } from './att-32-still-deferred.ts';
import { att40 } from './att-40-lock-order.ts';
import { att41 } from './att-41-unlocked-look.ts';
import { att42 } from './att-42-alias-torn-down.ts';
import { att81 } from './att-81-alias.ts';
import { att105 } from './att-105-hot-add.ts';
import { directClaimed } from './d-direct-claimed.ts';
import { att51, att52, att53 } from './planted.ts';

export const attachDeltas: readonly IommuDelta[] = [
  att1,
  att2,
  att3,
  att4,
  att8,
  att10,
  att20,
  att21,
  att30,
  att31,
  att32,
  att40,
  att41,
  att42,
  att51,
  att52,
  att53,
  att81,
  att105,
  directClaimed,
];
