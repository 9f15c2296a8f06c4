// E1: a failed parameter check of MAP or UNMAP returns +1.

import { defect } from './spapr.ts';

export const e1 = defect({
  id: 'E1',
  title: 'MAP and UNMAP of a misaligned IOVA return 1, which reads as success',
  source:
    'spec/spapr-tce-v2.md §2, §13 R2: seen on live Linux 6.12.107; iommu_tce_put_param_check is a boolean',
  class: 'wrong errno',
  violates: 'RES-013',
  trigger: 'MAP at an IOVA that is not a multiple of the IOMMU page',
  steps: {
    tceParamError() {
      return 1;
    },
  },
});
