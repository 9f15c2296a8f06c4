// ATT-32: a deferred device stays deferred when it is attached to a domain of its own.

import { defect } from '../iommu.ts';

export const att32 = defect({
  id: 'ATT-32',
  title: 'A device that was deferred at boot keeps the domain that it is detached from',
  source: 'planted; spec/coherency-and-ownership.md §5, attach_deferred',
  class: 'planted',
  violates: 'OWN-012',
  trigger: 'attach, detach and free a domain of a group with a deferred device',
  steps: {
    *iommuStillDeferred(group, device, domain) {
      yield device.attachDeferred.readOnce;
      if (!device.attachDeferred.value) return false;
      yield group.defaultDomain.read;
      return group.defaultDomain.value === domain;
    },
  },
});
