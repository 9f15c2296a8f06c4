// D1: clear counts the bits from the start of the range, although they are counted from the base.

import { defect } from '../iommu.ts';

export const d1 = defect({
  id: 'DRT-D1',
  title: 'clear makes other pages clean than those whose bits are set',
  source: 'spec/split-merge-dirty.md §5 D1',
  class: 'wrong address',
  violates: 'DRT-008',
  trigger: 'clear of a range that does not start where its bitmap does',
  steps: {
    clearRunStart(iova, _base, offset) {
      return iova + offset;
    },
  },
});
