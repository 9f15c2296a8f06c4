// The SPAPR deltas, in the order of the spec.

import type { SpaprDelta } from '../../vfio/spapr/kernel.ts';
import { a1 } from './a1-attach-frees-listed-node.ts';
import { a2 } from './a2-no-table-group.ts';
import { a3 } from './a3-legacy-ownership-unwind.ts';
import { a4 } from './a4-default-window-kept.ts';
import { b1 } from './b1-partial-map-success.ts';
import { b2 } from './b2-xchg-failure-unuses-old.ts';
import { b3 } from './b3-uncontained-page-pinned.ts';
import { b4 } from './b4-map-past-window.ts';
import { bugD } from './bug-d-detach-clears-shared.ts';
import { bugL } from './bug-l-table-charge-lost.ts';
import { bugM } from './bug-m-mm-set-twice.ts';
import { bugO } from './bug-o-orphan-lost.ts';
import { bugP } from './bug-p-pending-after-failure.ts';
import { bugU } from './bug-u-unregister-mapped.ts';
import { bugW } from './bug-w-default-window-twice.ts';
import { bugX } from './bug-x-entry-in-two-steps.ts';
import { mapByProcess, registerEnables, removeByContained } from './d-as-the-reference.ts';
import { attachByVersion } from './d-attach-6.1.ts';
import { foreignMm } from './d-foreign-mm.ts';
import { legacyInV2 } from './d-legacy-in-v2.ts';
import { noWindowIoctls } from './d-no-window-ioctls.ts';
import { registerOrder } from './d-register-order.ts';
import { separateView } from './d-separate-view.ts';
import { sizeZero } from './d-size-zero.ts';
import { tablesOutliveGroups } from './d-tables-outlive-groups.ts';
import { e1 } from './e1-positive-result.ts';
import { l1 } from './l1-map-without-lock.ts';
import { l2, l2Late } from './l2-region-without-rcu.ts';
import { p1, p11, p12 } from './planted.ts';
import { r1 } from './r1-registrations-outlive-process.ts';
import { u1 } from './u1-unregister-contained.ts';
import { u2 } from './u2-unregister-einval.ts';
import { u3 } from './u3-registrations-per-process.ts';

export const spaprDeltas: readonly SpaprDelta[] = [
  a1,
  a2,
  a3,
  a4,
  b1,
  b2,
  b3,
  b4,
  u1,
  u2,
  u3,
  r1,
  l1,
  l2,
  l2Late,
  bugU,
  bugL,
  bugD,
  bugP,
  bugM,
  bugW,
  bugX,
  bugO,
  e1,
  registerEnables,
  removeByContained,
  mapByProcess,
  sizeZero,
  foreignMm,
  noWindowIoctls,
  legacyInV2,
  registerOrder,
  separateView,
  attachByVersion,
  tablesOutliveGroups,
  p1,
  p11,
  p12,
];
