// CKE-P10: planted. An entry of the flush queue counts as flushed before a flush.

import { defect } from '../iommu.ts';

export const cookieP10 = defect({
  id: 'CKE-P10',
  title: 'an entry of the flush queue counts as flushed before a flush',
  source: 'spec/cookies.md §7.10, §8; spec/iommu-core.md §12 S8; planted',
  class: 'planted',
  violates: 'CKE-010',
  trigger: 'dma_map, dma_write, dma_unmap twice with a flush queue',
  steps: {
    fqEntryDone(entry, finished) {
      return entry.counter <= finished;
    },
  },
});
