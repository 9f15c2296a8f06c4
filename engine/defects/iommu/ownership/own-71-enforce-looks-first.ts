// OWN-71: enforcing looks for mappings first, and a mapping is made in between.

import { defect } from '../iommu.ts';

export const own71 = defect({
  id: 'OWN-71',
  title: 'A mapping made while snooping is enforced lacks the snoop bit',
  source: 'planted: in Linux callers enforce before they map; spec/coherency-and-ownership.md §2',
  class: 'planted',
  violates: 'OWN-006',
  trigger: 'map || enforce_cache_coherency',
  steps: {
    *intelForceEmptyDomain(domain) {
      yield domain.hasMappings.readOnce;
      if (domain.hasMappings.value) return false;
      yield domain.forceSnooping.writeOnce;
      domain.forceSnooping.value = true;
      return true;
    },
  },
});
