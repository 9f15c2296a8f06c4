// Divergence: before 4.10 a container did not remember whose memory it worked on.

import type { Mm } from '../../mm/mm.ts';
import { divergence } from './spapr.ts';

export const foreignMm = divergence({
  id: 'D-MM',
  title: 'any process may use a container; nobody gets -EPERM',
  source: 'spec/spapr-tce-v2.md §2: the v11 code has no mm check',
  trigger: 'REGISTER by one process, any ioctl by another',
  allows: ['anyProcess'],
  steps: {
    *tceIommuMmCheck() {
      yield this.world.env.local;
      return 0;
    },
    *tceIommuMmSet(container) {
      const current = this.world.currentMm() as Mm;
      yield container.mm.exchange;
      if (container.mm.value !== null) return 0;
      container.mm.value = current;
      yield current.count.get;
      return 0;
    },
  },
});
