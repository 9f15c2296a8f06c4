// ATT-41: a detach that looks at the group's domain before it has the mutex.

import { defect } from '../iommu.ts';

export const att41 = defect({
  id: 'ATT-41',
  title: 'detach_device compares group->domain without group->mutex',
  source: 'planted; spec/iommu-core.md §7.8',
  class: 'planted',
  violates: 'data-race',
  trigger: 'detach_device || attach or detach of the same group',
  steps: {
    *iommuDetachDevice(domain, device) {
      const group = yield* this.iommuGroupOf(device);
      if (group === null) return false;
      yield group.domain.read;
      if (group.domain.value !== domain) return false;
      yield group.mutex.lock;
      yield* this.iommuGroupSetCoreDomain(group);
      yield group.mutex.unlock;
      return true;
    },
  },
});
