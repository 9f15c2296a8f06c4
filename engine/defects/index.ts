// The catalogue: every delta, in the order of the spec.

import type { SpaprDelta } from '../vfio/spapr/kernel.ts';
import { a1 } from './spapr/a1-attach-frees-listed-node.ts';
import { a2 } from './spapr/a2-no-table-group.ts';
import { a3 } from './spapr/a3-legacy-ownership-unwind.ts';
import { a4 } from './spapr/a4-default-window-kept.ts';
import { b1 } from './spapr/b1-partial-map-success.ts';
import { b2 } from './spapr/b2-xchg-failure-unuses-old.ts';
import { b3 } from './spapr/b3-uncontained-page-pinned.ts';
import { b4 } from './spapr/b4-map-past-window.ts';
import { bugD } from './spapr/bug-d-detach-clears-shared.ts';
import { bugL } from './spapr/bug-l-table-charge-lost.ts';
import { bugM } from './spapr/bug-m-mm-set-twice.ts';
import { bugO } from './spapr/bug-o-orphan-lost.ts';
import { bugP } from './spapr/bug-p-pending-after-failure.ts';
import { bugU } from './spapr/bug-u-unregister-mapped.ts';
import { bugW } from './spapr/bug-w-default-window-twice.ts';
import { bugX } from './spapr/bug-x-entry-in-two-steps.ts';
import { mapByProcess, registerEnables, removeByContained } from './spapr/d-as-the-reference.ts';
import { attachByVersion } from './spapr/d-attach-6.1.ts';
import { foreignMm } from './spapr/d-foreign-mm.ts';
import { legacyInV2 } from './spapr/d-legacy-in-v2.ts';
import { noWindowIoctls } from './spapr/d-no-window-ioctls.ts';
import { registerOrder } from './spapr/d-register-order.ts';
import { separateView } from './spapr/d-separate-view.ts';
import { sizeZero } from './spapr/d-size-zero.ts';
import { tablesOutliveGroups } from './spapr/d-tables-outlive-groups.ts';
import { e1 } from './spapr/e1-positive-result.ts';
import { l1 } from './spapr/l1-map-without-lock.ts';
import { l2, l2Late } from './spapr/l2-region-without-rcu.ts';
import { r1 } from './spapr/r1-registrations-outlive-process.ts';
import { u1 } from './spapr/u1-unregister-contained.ts';
import { u2 } from './spapr/u2-unregister-einval.ts';
import { u3 } from './spapr/u3-registrations-per-process.ts';

export const deltas: readonly SpaprDelta[] = [
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
];

/** The delta with this id; undefined if there is none. */
export function deltaById(id: string): SpaprDelta | undefined {
  return deltas.find((d) => d.id === id);
}
