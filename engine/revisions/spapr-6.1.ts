// Linux 6.1: what its code does differently from the reference.
// container takes groups by its version.

import { a3 } from '../defects/spapr/a3-legacy-ownership-unwind.ts';
import { b1 } from '../defects/spapr/b1-partial-map-success.ts';
import { b2 } from '../defects/spapr/b2-xchg-failure-unuses-old.ts';
import { b3 } from '../defects/spapr/b3-uncontained-page-pinned.ts';
import { b4 } from '../defects/spapr/b4-map-past-window.ts';
import { bugL } from '../defects/spapr/bug-l-table-charge-lost.ts';
import { bugM } from '../defects/spapr/bug-m-mm-set-twice.ts';
import { bugO } from '../defects/spapr/bug-o-orphan-lost.ts';
import { bugP } from '../defects/spapr/bug-p-pending-after-failure.ts';
import { bugU } from '../defects/spapr/bug-u-unregister-mapped.ts';
import { bugW } from '../defects/spapr/bug-w-default-window-twice.ts';
import { bugX } from '../defects/spapr/bug-x-entry-in-two-steps.ts';
import {
  registerEnables,
  removeByContained,
  mapByProcess,
} from '../defects/spapr/d-as-the-reference.ts';
import { attachByVersion } from '../defects/spapr/d-attach-6.1.ts';
import { sizeZero } from '../defects/spapr/d-size-zero.ts';
import { tablesOutliveGroups } from '../defects/spapr/d-tables-outlive-groups.ts';
import { e1 } from '../defects/spapr/e1-positive-result.ts';
import { l1 } from '../defects/spapr/l1-map-without-lock.ts';
import { l2Late } from '../defects/spapr/l2-region-without-rcu.ts';
import type { SpaprRevision } from '../vfio/spapr/kernel.ts';

export const spapr61: SpaprRevision = {
  id: 'spapr/6.1',
  title: 'Linux 6.1',
  source: 'spec/spapr-tce-v2.md, column K61',
  subsystems: ['registration'],
  deltas: [
    a3,
    b1,
    b2,
    b3,
    b4,
    l1,
    l2Late,
    bugU,
    bugL,
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
    attachByVersion,
    tablesOutliveGroups,
  ],
  hidden: { A3: 'views are of v2 containers, and those of 6.1 take no legacy groups' },
};
