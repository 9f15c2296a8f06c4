// Divergence: 4.10 to 6.1 keep v1 containers for legacy groups and v2 containers for the others.

import { EPERM } from '../../errno.ts';
import { divergence } from './spapr.ts';

export const attachByVersion = divergence({
  id: 'D-ATTACH',
  title: 'v1 refuses groups with dynamic windows, v2 refuses legacy ones: -EPERM',
  source: 'spec/spapr-tce-v2.md §3, 4.10 to 6.1',
  trigger: 'attach a group with dynamic windows to a v1 container',
  allows: ['attachByVersion'],
  steps: {
    *tceIommuAttachUnsupported(container, tableGroup) {
      return container.v2 === tableGroup.legacy ? EPERM : 0;
    },
  },
});
