// BUG-3: mappings beyond a hole are removed as well, and their bytes counted from the start.

import type { Mapping } from '../../../iommu/virtio/mappings.ts';
import { defect } from '../iommu.ts';

export const unmapEnd = defect({
  id: 'VIO-BUG3',
  title: 'the end of UNMAP is wrong where the range has holes: the device removes nothing',
  source: 'spec/virtio-domain.md §10 BUG-3; spec/real-bugs.md 23; Linux 6.1 to 7.x',
  class: 'stale mapping',
  violates: 'VIO-009',
  trigger: 'map [0,4K) and [8K,24K), unmap [0,12K)',
  steps: {
    *viommuDelMappings(vdomain, start, last) {
      yield vdomain.mappings.read;
      const old = vdomain.mappings.value;
      const gone: Mapping[] = [];
      let removed = 0;
      for (const mapping of old.overlapping(start, last)) {
        if (mapping.start < start) break;
        gone.push(mapping);
        removed += mapping.last + 1 - mapping.start;
      }
      if (gone.length === 0) return 0;
      yield vdomain.mappings.write;
      vdomain.mappings.value = old.without(gone);
      return removed;
    },
  },
});
