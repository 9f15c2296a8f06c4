// D6: a range that begins or ends inside a block, or has a hole, is an assertion of the page-table code.

import { bugOn } from '../../../runtime/index.ts';
import { defect } from '../iommu.ts';

export const d6 = defect({
  id: 'DRT-D6',
  title: 'split of a part of a block warns',
  source: 'spec/split-merge-dirty.md §5 D6',
  class: 'assertion',
  violates: 'bug',
  trigger: 'split of a chunk within a larger block',
  steps: {
    splitBehind(found) {
      bugOn(true, found === null ? 'split of a hole' : 'split of a part of a block');
      return false;
    },
  },
});
