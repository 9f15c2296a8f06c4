// D4: iova_to_phys says 0 for what is not mapped, and merge takes it for a page at address 0.

import { Leaf } from '../../../iommu/core/leaf.ts';
import { defect } from '../iommu.ts';

export const d4 = defect({
  id: 'DRT-D4',
  title: 'merge maps a page that was not mapped',
  source: 'spec/split-merge-dirty.md §5 D4',
  class: 'missing check',
  violates: 'DRT-004',
  trigger: 'merge of a range whose first page is not mapped, before the page at address 0x1000',
  steps: {
    *mergeLookUp(domain, iova) {
      const entry = yield* this.radixWalk(domain, iova);
      if (entry === null) return 0;
      yield entry.readOnce;
      const leaf = entry.value;
      return leaf instanceof Leaf ? leaf.pa + (iova % leaf.size) : 0;
    },
    mergesHoles() {
      return true;
    },
  },
});
