// BUG-M: two threads bind the container to their process at the same time.

import { EPERM } from '../../errno.ts';
import type { Mm } from '../../mm/mm.ts';
import { defect } from './spapr.ts';

export const bugM = defect({
  id: 'BUG-M',
  title: 'two first REGISTERs take two references to the mm, one is never dropped',
  source: 'spec/spapr-tce-v2.md §11 BUG-M (by inspection); in Linux 6.12',
  class: 'reference leak',
  violates: 'ACC-005',
  trigger: 'REGISTER || REGISTER on a fresh container',
  steps: {
    *tceIommuMmSet(container) {
      const current = this.world.currentMm() as Mm;
      yield container.mm.readOnce;
      const mm = container.mm.value;
      if (mm !== null) return mm === current ? 0 : EPERM;
      yield current.count.get;
      yield container.mm.writeOnce;
      container.mm.value = current;
      return 0;
    },
  },
});
