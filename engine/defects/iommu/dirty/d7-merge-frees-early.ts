// D7: with BBML2 the table that a block replaces is freed at once; the flush comes at the very end.

import { defect } from '../iommu.ts';

export const d7 = defect({
  id: 'DRT-D7',
  title: 'merge frees a page table that the hardware walks',
  source: 'spec/split-merge-dirty.md §5 D7',
  class: 'use after free',
  violates: 'use-after-free',
  trigger: 'a device’s access, preempted in the last table of its walk; merge',
  steps: {
    *tableMerged({ table }) {
      yield table.free;
    },
  },
});
