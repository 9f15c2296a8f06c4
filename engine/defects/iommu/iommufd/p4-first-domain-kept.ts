// IFD-P4: planted. MAP that fails in the second domain forgets the first.

import { defect } from '../iommu.ts';

export const iommufdP4 = defect({
  id: 'IFD-P4',
  title: 'MAP that fails leaves its mapping in one of two domains',
  source: 'spec/iommu-core.md §6, §7.6; planted',
  class: 'planted',
  violates: 'CORE-004',
  trigger: 'two hwpts; ioas_map, the second map_pages fails',
  steps: {
    *ioptMapDomains(iopt, area, pages, domains) {
      for (const domain of domains) {
        const ret = yield* this.ioptAreaMapDomain(iopt, area, pages, domain);
        if (ret !== 0) return ret;
      }
      return 0;
    },
  },
});
