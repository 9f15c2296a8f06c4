// Two maps make the page table higher at once; the second root is above the old table, not the new one.

import { defect } from '../iommu.ts';

export const b74 = defect({
  id: 'CORE-B74',
  title: 'page tables that grow twice at once lose what was mapped in between',
  source: 'iommu/amd: Fix race in increase_address_space() (754265bcab78); spec/real-bugs.md 74',
  class: 'race',
  violates: 'CORE-001',
  trigger: 'two maps beyond the reach of the table, side by side',
  steps: {
    *radixSetRoot(domain, _seen, fresh) {
      yield domain.root.exchange;
      domain.root.value = fresh;
      return true;
    },
  },
});
