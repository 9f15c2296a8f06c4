// IFD-B30: the walk over areas ends with a look at the last one when iova_rwsem is dropped already.

import { EINVAL, ENOENT, EOVERFLOW } from '../../../errno.ts';
import { type Elm, ulongMax } from '../../../iommu/iommufd/ioas.ts';
import { firstArea, type IoptArea } from '../../../iommu/iommufd/iopt.ts';
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
    *ioptGetPages(iopt, iova, length) {
      if (length === 0) return EINVAL;
      const last = iova + length - 1;
      if (last >= ulongMax) return EOVERFLOW;
      yield iopt.iovaRwsem.downRead;
      const elms: Elm[] = [];
      let at = iova;
      let area: IoptArea | null = null;
      while (at <= last) {
        yield iopt.areas.read;
        area = firstArea(iopt.areas.value, at, at);
        if (area === null) break;
        yield area.pages.read;
        const pages = area.pages.value;
        if (pages === null) break;
        yield pages.kref.get;
        const end = Math.min(last, area.last);
        elms.push({ pages, startByte: area.startByte + (at - area.iova), length: end - at + 1 });
        at = end + 1;
      }
      yield iopt.iovaRwsem.upRead;
      // iopt_area_contig_done() follows iter->area.
      if (area !== null) yield area.numAccesses.readOnce;
      if (at > last) return elms;
      for (const { pages } of elms) yield* this.ioptPutPages(pages);
      return ENOENT;
    },
  },
});
