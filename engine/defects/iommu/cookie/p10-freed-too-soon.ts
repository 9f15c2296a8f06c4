// CKE-P10: planted. An IOVA that waits in the flush queue is free at once.

import { defect } from '../iommu.ts';

export const cookieP10 = defect({
  id: 'CKE-P10',
  title: 'an IOVA goes back to the allocator when it is queued, not when it is flushed',
  source: 'spec/cookies.md §7.10; spec/iommu-core.md §12 S8; planted',
  class: 'planted',
  violates: 'CKE-010',
  trigger: 'dma_map, dma_unmap with a flush queue',
  steps: {
    *iommuDmaFreeIova(domain, iova, size, queued, freelist) {
      if (queued) yield* this.queueIova(domain, iova, size, freelist ?? []);
      const cookie = yield* this.iovaCookieOf(domain);
      yield* this.freeIovaFast(cookie, iova, size);
    },
  },
});
