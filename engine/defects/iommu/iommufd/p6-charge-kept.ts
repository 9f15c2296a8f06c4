// IFD-P6: planted. Pages are unpinned, and stay in locked_vm.

import { defect } from '../iommu.ts';

export const iommufdP6 = defect({
  id: 'IFD-P6',
  title: 'locked_vm only grows',
  source: 'spec/iommu-core.md §7.5; planted',
  class: 'planted',
  violates: 'IFD-005',
  trigger: 'ioas_map, ioas_unmap with a domain',
  steps: {
    *ioptUnpinPages(pages, list) {
      const size = 2 ** this.world.geometry.pageShift;
      for (const i of list) {
        const pa = pages.mm.backing(pages.va + i * size);
        if (pa !== null) yield* this.unpinUserPage(this.world.page(pa));
      }
    },
  },
});
