// Divergence: 4.10 to 6.1 keep v1 containers for legacy groups and v2 containers for the others.

import { EBUSY, EPERM } from '../../errno.ts';
import { listFirst } from '../../runtime/index.ts';
import { divergence } from './spapr.ts';

export const attachByVersion = divergence({
  id: 'D-ATTACH',
  title: 'v1 refuses groups with dynamic windows, v2 refuses legacy ones: -EPERM',
  source: 'spec/spapr-tce-v2.md §3, 4.10 to 6.1',
  trigger: 'attach a group with dynamic windows to a v1 container',
  allows: ['attachByVersion'],
  steps: {
    *tceIommuAttachUnsupported(container, tableGroup) {
      if (container.v2 === tableGroup.legacy) return EPERM;
      if (container.v2) return 0;
      // As before and after: the tables of a v1 container are those of its one group.
      return (yield* listFirst(container.groupList)) === null ? 0 : EBUSY;
    },
  },
});
