// D8: the IOTLB keeps the blocks that a start has split; a write through one is noted nowhere.

import { defect } from '../iommu.ts';

export const d8 = defect({
  id: 'DRT-D8',
  title: 'no flush between the start of the log and the first write',
  source: 'spec/split-merge-dirty.md §5 D8, §3 R5',
  class: 'lost dirty',
  violates: 'DRT-007',
  trigger: 'a clean block in the IOTLB, start, a write through it, sync',
  steps: {
    *flushAfterSplit(domain, tally, ret) {
      if (ret !== 0) yield* this.dirtyFlush(domain, tally);
    },
  },
});
