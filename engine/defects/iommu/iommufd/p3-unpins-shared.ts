// IFD-P3: planted. An area unpins pages that another area of the same pages has mapped.

import { indices } from '../../../iommu/iommufd/fill.ts';
import { defect } from '../iommu.ts';

export const iommufdP3 = defect({
  id: 'IFD-P3',
  title: 'UNMAP of a copy unpins what the original still maps',
  source:
    'iommufd: Fix unpinning of pages when an access is present (727c28c1cef2), as it would be with a copy; real-bugs.md 28; planted',
  class: 'planted',
  violates: 'CORE-004',
  trigger: 'ioas_map, ioas_copy, ioas_unmap',
  steps: {
    *ioptUnpinArea(area, pages) {
      yield pages.domainsItree.read;
      const { first, last } = indices(area, 2 ** this.world.geometry.pageShift);
      const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
      yield* this.ioptUnpinPages(pages, all);
    },
  },
});
