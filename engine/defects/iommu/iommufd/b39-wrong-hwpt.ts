// IFD-B39: replace answers the requests of the new hwpt, not those of the old.

import { defect } from '../iommu.ts';

export const iommufdB39 = defect({
  id: 'IFD-B39',
  title: 'page requests of a hwpt that was replaced are never answered',
  source:
    'iommufd: Fix wrong hwpt passed to iommufd_auto_response_faults on replace; real-bugs.md 37, B37',
  class: 'lost response',
  violates: 'IFD-011',
  trigger: 'page_request, replace by another hwpt',
  steps: {
    *iommufdReplacedFaults(hwpt, _old, igroup) {
      yield* this.iommufdAutoResponseFaults(hwpt, igroup);
    },
  },
});
