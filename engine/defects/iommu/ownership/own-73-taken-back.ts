// OWN-73: what a domain can is worked out anew when its last device goes.

import { defect } from '../iommu.ts';

export const own73 = defect({
  id: 'OWN-73',
  title: 'A domain without devices does not force snooping any more',
  source: 'planted, as domain_update_iommu_snooping of 5.17; spec/coherency-and-ownership.md §7.6',
  class: 'planted',
  violates: 'OWN-006',
  trigger: 'attach, enforce_cache_coherency, detach',
  steps: {
    *opsDetachDev(domain, device) {
      if (domain.type === 'blocked') return;
      yield domain.lock.lock;
      yield domain.attached.exchange;
      const left = domain.attached.value & ~(1 << device.index);
      domain.attached.value = left;
      if (left === 0) {
        yield domain.forceSnooping.writeOnce;
        domain.forceSnooping.value = false;
      }
      yield domain.lock.unlock;
      yield* this.opsFlushIotlbAll(domain);
    },
  },
});
