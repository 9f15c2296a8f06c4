// BUG-P: a failed attach leaves the container waiting for a default window.

import { slotOf } from '../../powerpc/tableGroup.ts';
import { defect } from './spapr.ts';

export const bugP = defect({
  id: 'BUG-P',
  title: 'a failed attach leaves def_window_pending set',
  source: 'spec/spapr-tce-v2.md §3, §11 BUG-P (by inspection); in Linux 6.12',
  class: 'wrong unwind',
  violates: 'WIN-009',
  trigger: 'attach whose ownership step fails, as the first of a container',
  steps: {
    *tceIommuDefaultWindowWanted(container, _tableGroup, first) {
      if (!first) return;
      const slot = slotOf(container, 0);
      yield slot.read;
      if (slot.value !== null) return;
      yield container.defWindowPending.writeOnce;
      container.defWindowPending.value = true;
    },
  },
});
