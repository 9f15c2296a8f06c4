// With DBM a clean block is a read-only entry, and split leaves read-only entries alone.

import { isDirty } from '../../../iommu/dirty/leafState.ts';
import { defect } from '../iommu.ts';

export const cleanBlocks = defect({
  id: 'DRT-S1',
  title: 'a block that is clean is not split',
  source: 'spec/split-merge-dirty.md §2, “Dirty = leaf is writable”',
  class: 'wrong granularity',
  violates: 'DRT-002',
  trigger: 'start, clear, stop, start',
  steps: {
    wantsSplit(leaf) {
      return isDirty(leaf);
    },
  },
});
