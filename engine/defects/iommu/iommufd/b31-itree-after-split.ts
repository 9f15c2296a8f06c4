// IFD-B31: an area that was split stays in domains_itree.

import { defect } from '../iommu.ts';

export const iommufdB31 = defect({
  id: 'IFD-B31',
  title: 'domains_itree still holds an area that was split and freed',
  source:
    'iommufd: Fix missing update of domains_itree after splitting iopt_area (e7250ab7ca49, CVE-2023-52801); real-bugs.md 31',
  class: 'stale tree',
  violates: 'IFD-006',
  trigger: 'map two pages, attach, unmap one of them with a cut',
  steps: {
    *ioptSplitDomainsItree(_area, pages) {
      yield pages.domainsItree.read;
    },
  },
});
