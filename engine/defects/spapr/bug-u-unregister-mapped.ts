// BUG-U: UNREGISTER of a mapped region succeeds, and the region can never be freed.

import { EINVAL, ENOENT, EPERM } from '../../errno.ts';
import { listDel } from '../../runtime/index.ts';
import { defect } from './spapr.ts';

export const bugU = defect({
  id: 'BUG-U',
  title: 'UNREGISTER of a mapped region returns 0 and loses the region',
  source: 'spec/spapr-tce-v2.md §11 BUG-U, §13 R1: seen on live Linux 6.12.107; since 5.0',
  class: 'lost error',
  violates: 'REG-007',
  trigger: 'REGISTER, MAP, UNREGISTER',
  steps: {
    *tceIommuUnregisterPages(container, va, size) {
      const page = 2 ** this.world.geometry.pageShift;
      if (va % page !== 0 || size % page !== 0) return EINVAL;
      const mm = yield* this.tceMm(container);
      if (mm === null) return EPERM;
      const mem = yield* this.mmIommuGet(mm, va, size / page);
      if (mem === null) return ENOENT;
      const node = yield* this.tceIommuPreregFind(container, (m) => m === mem);
      let ret = ENOENT;
      if (node !== null) {
        // The reference just taken keeps this put from seeing the last user.
        ret = yield* this.mmIommuPut(mm, mem);
        if (ret === 0) {
          yield* listDel(container.preregList, node);
          yield node.free;
        }
      }
      // -EBUSY of the put that is the last goes nowhere.
      yield* this.mmIommuPut(mm, mem);
      return ret;
    },
  },
});
