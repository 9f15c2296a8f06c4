// Defects of type1's dirty log: spec/split-merge-dirty.md §6.

import { defect } from '../iommu.ts';

export const scopePromoted = defect({
  id: 'VFIO-scope-promoted',
  subsystem: 'dirty',
  title: 'a group leaves, and what it wrote is not reported any more',
  source: 'spec/real-bugs.md 59: put right before every revision here',
  class: 'planted',
  violates: 'VFIO-005',
  trigger: 'START, a device writes, its group leaves, a mediated device stays',
  steps: {
    *type1GroupLeft(iommu) {
      yield* this.type1LessNonPinned(iommu);
    },
  },
});

export const bitmapUnwind = defect({
  id: 'VFIO-bitmap-unwind',
  subsystem: 'dirty',
  title: 'a START that fails frees the bitmap of one mapping again and again',
  source: 'spec/real-bugs.md 60 (Fix error unwind in migration dirty bitmap allocation)',
  class: 'wrong unwind',
  violates: 'VFIO-006',
  trigger: 'three mappings, START without memory for the third bitmap',
  steps: {
    *type1BitmapUnwind(dmas, failed) {
      const wrong = dmas.slice(0, failed).map(() => dmas[failed]);
      for (const dma of wrong) if (dma !== undefined) yield* this.vfioDmaBitmapFree(dma);
    },
  },
});
