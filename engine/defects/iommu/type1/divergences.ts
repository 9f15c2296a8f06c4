// Differences of type1 that Linux means: spec/iommu-core.md §13.

import { EOVERFLOW } from '../../../errno.ts';
import { divergence } from '../iommu.ts';

export const endOverflows = divergence({
  id: 'VFIO-D-overflow',
  title: 'a MAP past 2^64 is -EOVERFLOW, and looked at first',
  source: 'spec/iommu-core.md §13 (7.2)',
  trigger: 'MAP of two pages at the last page',
  steps: {
    type1MapArguments(op) {
      const over = op.iova + op.size > 2 ** 64 || op.va + op.size > 2 ** 64;
      return over ? EOVERFLOW : 0;
    },
  },
});

export const noNesting = divergence({
  id: 'VFIO-D-no-nesting',
  title: 'there is no VFIO_TYPE1_NESTING_IOMMU any more',
  source: 'spec/iommu-core.md §13 (7.2)',
  trigger: 'CHECK_EXTENSION(6)',
  steps: {
    type1HasNesting() {
      return 0;
    },
  },
});

export const amdAperture = divergence({
  id: 'VFIO-D-amd-aperture',
  title: 'the page tables of AMD reach as far as they are made to, not 2^64',
  source: 'spec/iommu-core.md §13 (7.2)',
  trigger: 'MAP at 2^50 behind an AMD IOMMU',
  steps: {
    type1Aperture({ iommu }) {
      if (iommu === null) return { start: 0, end: 2 ** 64 };
      const { start, end } = iommu.aperture;
      const reach = iommu.driver === 'amd' ? 2 ** 48 : 2 ** 64;
      return { start, end: Math.min(end + 1, reach) };
    },
  },
});
