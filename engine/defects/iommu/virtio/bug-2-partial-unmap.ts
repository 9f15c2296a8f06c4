// BUG-2: an unmap that found less than was asked for answers 0, after it has forgotten what it
// found.

import { defect } from '../iommu.ts';

export const partialUnmap = defect({
  id: 'VIO-BUG2',
  title:
    'an unmap with a hole answers 0 bytes, tells the device nothing, and has deleted its mappings',
  source: 'spec/virtio-domain.md §10 BUG-2; spec/real-bugs.md 23; Linux 6.1 to 7.x',
  class: 'stale mapping',
  violates: 'VIO-008',
  trigger: 'map [0,4K) and [8K,12K), unmap [0,12K)',
  steps: {
    *viommuSendUnmap(vdomain, iova, removed, asked) {
      if (removed < asked) return 0;
      const range = { start: iova, last: iova + removed - 1 };
      yield* this.viommuSend(vdomain, (domain) => ({ type: 'unmap', domain, ...range }));
      return removed;
    },
  },
});
