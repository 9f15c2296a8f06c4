// L2: a region is looked up and used outside of any RCU section, or after it.

import { EINVAL } from '../../errno.ts';
import { defect } from './spapr.ts';

export const l2 = defect({
  id: 'L2',
  title: 'a region is found without rcu_read_lock and freed before it is counted',
  source: 'spec/spapr-tce-v2.md §7, §11 L2; 4.x',
  class: 'use after free',
  violates: 'use-after-free',
  trigger: 'MAP, preempted after it found the region, UNREGISTER, grace period',
  steps: {
    *tceIommuUseMem(mm, ua, shift) {
      const mem = yield* this.mmIommuLookup(mm, ua, 2 ** shift);
      if (mem === null || shift > mem.pageshift) return EINVAL;
      const ret = yield* this.mmIommuMappedInc(mem);
      return ret === 0 ? mem : ret;
    },
  },
});

export const l2Late = defect({
  id: 'L2b',
  title: 'a region is counted after the RCU section in which it was found',
  source: 'spec/spapr-tce-v2.md §7, §11 L2 (by inspection); in Linux 6.12',
  class: 'use after free',
  violates: 'use-after-free',
  trigger: 'MAP, preempted after the look-up, UNREGISTER, grace period',
  steps: {
    *tceIommuUseMem(mm, ua, shift) {
      const { rcu } = this.world;
      yield rcu.readLock;
      const mem = yield* this.mmIommuLookup(mm, ua, 2 ** shift);
      yield rcu.readUnlock;
      if (mem === null || shift > mem.pageshift) return EINVAL;
      const ret = yield* this.mmIommuMappedInc(mem);
      return ret === 0 ? mem : ret;
    },
  },
});
