// IFD-B51: a parent of nested tables takes a fault queue.

import { EOPNOTSUPP } from '../../../errno.ts';
import { defect } from '../iommu.ts';

export const iommufdB51 = defect({
  id: 'IFD-B51',
  title: 'a nest parent is allocated with a fault queue that nobody serves',
  source: 'iommufd: Disallow allocating nested parent domain with fault ID; real-bugs.md 51',
  class: 'missing check',
  violates: 'IFD-010',
  trigger: 'hwpt_alloc with NEST_PARENT and FAULT_ID',
  steps: {
    iommufdHwptFlags(_device, flags) {
      return (flags & ~7) === 0 ? 0 : EOPNOTSUPP;
    },
  },
});
