// IFD-B30: the walk over areas ends with a look at the last one when iova_rwsem is dropped already.

import { defect } from '../iommu.ts';

export const iommufdB30 = defect({
  id: 'IFD-B30',
  title: 'whether a range was covered is asked of an area that UNMAP has freed',
  source:
    'iommufd: Call iopt_area_contig_done() under the lock (CVE-2023-33250), on the walk of COPY; ' +
    'real-bugs.md 30, B30',
  class: 'use after free',
  violates: 'use-after-free',
  trigger: 'ioas_copy || ioas_unmap',
  steps: {
    *ioptContigLocked(iopt, iova, last) {
      yield iopt.iovaRwsem.downRead;
      const contig = yield* this.ioptForEachContigArea(iopt, iova, last);
      yield iopt.iovaRwsem.upRead;
      // iopt_area_contig_done() follows iter->area.
      if (contig.area !== null) yield contig.area.numAccesses.readOnce;
      return contig;
    },
  },
});
