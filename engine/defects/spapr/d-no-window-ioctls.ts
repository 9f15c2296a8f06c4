// Divergence: the patch of seed 001 has no TCE_CREATE and TCE_REMOVE yet; they are the next patch.

import { ENOTTY } from '../../errno.ts';
import { divergence } from './spapr.ts';

export const noWindowIoctls = divergence({
  id: 'D-IOCTL',
  title: 'TCE_CREATE and TCE_REMOVE are unknown commands',
  source: 'seed 001 (patch 33 of 34); spec/spapr-tce-v2.md §2',
  trigger: 'TCE_CREATE',
  allows: ['noWindowIoctls'],
  steps: {
    *tceIommuCreate() {
      return { ret: ENOTTY };
    },
    *tceIommuRemove() {
      return ENOTTY;
    },
  },
});
