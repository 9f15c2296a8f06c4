// ATT-20: before 6.5 a device that does not take its core domain back keeps the one that goes.

import { bugOn } from '../../../runtime/index.ts';
import { defect } from '../iommu.ts';

export const att20 = defect({
  id: 'ATT-20',
  title: 'A detach that a device refuses leaves the group on the domain that its owner frees',
  source: 'spec/iommu-core.md §9, blocking domain as fallback since 6.5; §11, last rows',
  class: 'lost error',
  violates: 'bug',
  trigger: 'detach a group whose device refuses the default domain',
  steps: {
    *iommuGroupSetDomainNofail(group, domain) {
      const ret = yield* this.iommuGroupSetDomain(group, domain);
      bugOn(ret !== 0, 'the iommu driver failed to attach the default or blocking domain');
      return ret;
    },
    // The first attach of a group has no wrapper: its error is the probe's.
    iommuGroupSetFirstDomain(group, domain) {
      return this.iommuGroupSetDomain(group, domain);
    },
    *iommuDeviceFallBack() {},
  },
});
