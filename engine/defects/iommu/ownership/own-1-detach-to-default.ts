// OWN-1: detach returns an owned group to its default domain.

import { defect } from '../iommu.ts';

export const own1 = defect({
  id: 'OWN-1',
  title: 'A group that is detached goes back to the default domain while it is owned',
  source: 'planted; spec/coherency-and-ownership.md §4, detach restores blocking if owner != NULL',
  class: 'planted',
  violates: 'OWN-001',
  trigger: 'claim, attach, detach',
  steps: {
    *iommuGroupSetCoreDomain(group) {
      yield group.defaultDomain.read;
      const domain = group.defaultDomain.value;
      if (domain !== null) yield* this.iommuGroupSetDomainNofail(group, domain);
    },
  },
});
