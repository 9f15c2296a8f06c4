// The merged leaf is written with the caller’s rights, so writable, so dirty: clean parts are so too.

import { defect } from '../iommu.ts';

export const mergeDirty = defect({
  id: 'DRT-M1',
  title: 'merge makes one dirty block of clean and dirty pages',
  source: 'spec/split-merge-dirty.md §4.4, §8',
  class: 'wrong granularity',
  violates: 'DRT-004',
  trigger: 'merge of pages of which some are clean',
  steps: {
    mergedDirty() {
      return true;
    },
  },
});
