// D5: the merged leaf has the rights that the caller names, whatever its parts had.

import { defect } from '../iommu.ts';

export const d5 = defect({
  id: 'DRT-D5',
  title: 'merge gives read-only pages the rights of their neighbours',
  source: 'spec/split-merge-dirty.md §5 D5',
  class: 'permission widening',
  violates: 'DRT-004',
  trigger: 'merge of a range in which some pages are read-only',
  steps: {
    mergedRights(_leaves, protection) {
      return protection;
    },
  },
});
