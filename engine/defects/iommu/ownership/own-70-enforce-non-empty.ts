// OWN-70: up to 6.7 a domain with mappings can be forced; its leaves stay as they are.

import { defect } from '../iommu.ts';

export const own70 = defect({
  id: 'OWN-70',
  title: 'Snooping is enforced on a domain whose leaves lack the snoop bit',
  source:
    'iommu/vt-d: Support enforce_cache_coherency only for empty domains (e645c20e8e9c); spec/real-bugs.md 70',
  class: 'stale page-table entry',
  violates: 'OWN-006',
  trigger: 'map, enforce_cache_coherency',
  steps: {
    *intelForceEmptyDomain(domain) {
      yield domain.forceSnooping.writeOnce;
      domain.forceSnooping.value = true;
      return true;
    },
  },
});
