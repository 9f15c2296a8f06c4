// The AMD driver looks at the first byte of a mapping only, before it decides how high the table is.

import { entrySize } from '../../../iommu/core/pageTable.ts';
import { defect } from '../iommu.ts';

export const b73 = defect({
  id: 'CORE-B73',
  title: 'a large mapping from 0 does not make the page table higher',
  source:
    'iommu/amd: Fix corruption when mapping large pages from 0 (6.12.5); spec/real-bugs.md 73',
  class: 'corrupted mapping',
  violates: 'CORE-001',
  trigger: 'the first map of a domain: at 0, as large as the table reaches',
  steps: {
    radixTooLow(root, iova) {
      return iova >= entrySize(this.world.geometry, root.level + 1);
    },
  },
});
