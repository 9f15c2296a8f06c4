// Linux 4.2 to 4.9: the patch as merged, with TCE_CREATE and TCE_REMOVE

import { a1 } from '../defects/spapr/a1-attach-frees-listed-node.ts';
import { a2 } from '../defects/spapr/a2-no-table-group.ts';
import { a3 } from '../defects/spapr/a3-legacy-ownership-unwind.ts';
import { a4 } from '../defects/spapr/a4-default-window-kept.ts';
import { b1 } from '../defects/spapr/b1-partial-map-success.ts';
import { b2 } from '../defects/spapr/b2-xchg-failure-unuses-old.ts';
import { b3 } from '../defects/spapr/b3-uncontained-page-pinned.ts';
import { b4 } from '../defects/spapr/b4-map-past-window.ts';
import { bugX } from '../defects/spapr/bug-x-entry-in-two-steps.ts';
import {
  registerEnables,
  removeByContained,
  mapByProcess,
} from '../defects/spapr/d-as-the-reference.ts';
import { foreignMm } from '../defects/spapr/d-foreign-mm.ts';
import { legacyInV2 } from '../defects/spapr/d-legacy-in-v2.ts';
import { registerOrder } from '../defects/spapr/d-register-order.ts';
import { separateView } from '../defects/spapr/d-separate-view.ts';
import { sizeZero } from '../defects/spapr/d-size-zero.ts';
import { tablesOutliveGroups } from '../defects/spapr/d-tables-outlive-groups.ts';
import { l1 } from '../defects/spapr/l1-map-without-lock.ts';
import { l2 } from '../defects/spapr/l2-region-without-rcu.ts';
import { r1 } from '../defects/spapr/r1-registrations-outlive-process.ts';
import { u1 } from '../defects/spapr/u1-unregister-contained.ts';
import { u2 } from '../defects/spapr/u2-unregister-einval.ts';
import { u3 } from '../defects/spapr/u3-registrations-per-process.ts';
import type { SpaprRevision } from '../vfio/spapr/kernel.ts';

export const spapr42: SpaprRevision = {
  id: 'spapr/4.2',
  title: 'Linux 4.2 to 4.9: the patch as merged, with TCE_CREATE and TCE_REMOVE',
  source: 'spec/spapr-tce-v2.md, column K42',
  subsystems: ['registration'],
  deltas: [
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
    bugX,
    registerEnables,
    removeByContained,
    mapByProcess,
    sizeZero,
    foreignMm,
    legacyInV2,
    registerOrder,
    separateView,
    tablesOutliveGroups,
  ],
};
