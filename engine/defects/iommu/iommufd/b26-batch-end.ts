// IFD-B26: the last page of what is unpinned together is left out.

import { defect } from '../iommu.ts';

export const iommufdB26 = defect({
  id: 'IFD-B26',
  title: 'pages that leave a domain stay pinned',
  source:
    'iommufd: Set end correctly when doing batch carry (b7c822fa6b77, 6.4.8), on any batch of several pages; real-bugs.md 26',
  class: 'pin leak',
  violates: 'IFD-004',
  trigger: 'ioas_map of two pages, ioas_unmap',
  steps: {
    *ioptUnpinPages(pages, list) {
      const size = 2 ** this.world.geometry.pageShift;
      for (const i of list.length > 1 ? list.slice(0, -1) : list) {
        const pa = pages.mm.backing(pages.va + i * size);
        if (pa !== null) yield* this.unpinUserPage(this.world.page(pa));
      }
      yield pages.mm.lockedVm.uncharge(list.length);
    },
  },
});
