// IFD-B24: an ioctl lets go of an object that DESTROY frees meanwhile.

import { defect } from '../iommu.ts';

export const iommufdB24 = defect({
  id: 'IFD-B24',
  title: 'DESTROY does not wait for an ioctl that has one more thing to do with the object',
  source:
    'iommufd: Do not UAF during iommufd_put_object() (6f9c4d8c468c, 6.7); real-bugs.md 24, B24',
  class: 'use after free',
  violates: 'use-after-free',
  trigger: 'ioas_map || ioas_destroy',
  steps: {
    *iommufdDecWaitShortterm(object) {
      yield object.shorttermUsers.put;
    },
  },
});
