// IFD-P2: planted. UNMAP takes an area that MAP is still setting up.

import { ENOENT } from '../../../errno.ts';
import { deref } from '../../../runtime/index.ts';
import { defect } from '../iommu.ts';

export const iommufdP2 = defect({
  id: 'IFD-P2',
  title: 'UNMAP follows the pages of an area that has none yet',
  source: 'spec/iommu-core.md §6, §12 S9; planted',
  class: 'planted',
  violates: 'null-deref',
  trigger: 'ioas_map || ioas_unmap',
  steps: {
    *ioptUnmapAllowed(area, start, last) {
      yield area.pages.read;
      const pages = area.pages.value;
      return area.iova < start || area.last > last ? ENOENT : deref(pages, 'area->pages');
    },
  },
});
