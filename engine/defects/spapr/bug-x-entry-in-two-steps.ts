// BUG-X: a TCE and the user address beside it are exchanged in two steps.

import { EIO } from '../../errno.ts';
import { deref } from '../../runtime/index.ts';
import { defect } from './spapr.ts';

export const bugX = defect({
  id: 'BUG-X',
  title: 'MAP and UNMAP of one IOVA lose a count: the region can never be freed',
  source: 'spec/spapr-tce-v2.md §13 R5: seen on live Linux 6.12.107 and by KCSAN on 7.2.12',
  class: 'lost update',
  violates: 'REG-002',
  trigger: 'MAP || UNMAP of the same IOVA',
  steps: {
    *tceIommuSetEntryV2(container, table, entry, tce, ua, mem) {
      if (yield* this.world.refuses('xchg')) {
        yield* this.tceIommuXchgRefused(container, table, entry, mem);
        return EIO;
      }
      const slot = table.tce(entry);
      yield slot.exchange;
      const old = slot.value;
      slot.value = tce;
      const view = deref(yield* this.tceIommuUserspaceEntry(table, entry), 'it_userspace');
      if (old !== 0) yield* this.tceIommuUnusePageV2(container, table, view);
      yield view.write;
      view.value = ua;
      return 0;
    },
    *tceIommuClearEntryV2(container, table, entry) {
      const slot = table.tce(entry);
      yield slot.exchange;
      const old = slot.value;
      slot.value = 0;
      if (old === 0) return;
      const view = yield* this.tceIommuUserspaceEntry(table, entry);
      if (view !== null) yield* this.tceIommuUnusePageV2(container, table, view);
    },
  },
});
