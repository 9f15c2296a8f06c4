// IFD-P1: planted. An area gets its pages when domains_rwsem is dropped already.

import { defect } from '../iommu.ts';

export const iommufdP1 = defect({
  id: 'IFD-P1',
  title: 'a hwpt allocated during MAP lacks the area',
  source: 'spec/iommu-core.md §6, §12 S10; planted',
  class: 'planted',
  violates: 'IFD-006',
  trigger: 'ioas_map || hwpt_alloc',
  steps: {
    *ioptFillAreas(iopt, elms, areas) {
      yield iopt.domainsRwsem.downRead;
      const ret = yield* this.ioptFillDomainsPages(iopt, elms, areas);
      yield iopt.domainsRwsem.upRead;
      if (ret === 0) yield* this.ioptPublishPages(iopt, elms, areas);
      return ret;
    },
  },
});
