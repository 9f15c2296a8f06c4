// Divergence: REGISTER of no pages fails late and with the wrong number, with a WARN in vmalloc.

import { ENOMEM } from '../../errno.ts';
import { divergence } from './spapr.ts';

export const sizeZero = divergence({
  id: 'R8',
  title: 'REGISTER of size 0 returns -ENOMEM',
  source: 'spec/spapr-tce-v2.md §13 R8: seen on live Linux 6.12.107 (vzalloc of 0 bytes)',
  trigger: 'REGISTER of size 0',
  allows: ['sizeZeroNoMemory'],
  steps: {
    tceIommuSizeCheck(size) {
      return size === 0 ? ENOMEM : 0;
    },
  },
});
