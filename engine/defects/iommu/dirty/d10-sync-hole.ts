// D10: sync ends at the first page that is not mapped.

import { EINVAL } from '../../../errno.ts';
import { defect } from '../iommu.ts';

export const d10 = defect({
  id: 'DRT-D10',
  title: 'a hole in the range hides what was written behind it',
  source: 'spec/split-merge-dirty.md §5 D10',
  class: 'lost dirty',
  violates: 'DRT-007',
  trigger: 'a write behind a hole, sync of both',
  steps: {
    syncHole() {
      return EINVAL;
    },
  },
});
