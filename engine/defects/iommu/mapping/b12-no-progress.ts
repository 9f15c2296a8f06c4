// A driver's map_pages that does nothing and says that all went well.

import { defect } from '../iommu.ts';

export const b12 = defect({
  id: 'CORE-B12',
  title: 'map_pages without permissions returns 0 and maps nothing: iommu_map never ends',
  source:
    'iommu: Do not return 0 from map_pages if it doesn’t do anything (6.1.108); spec/real-bugs.md 12',
  class: 'infinite loop',
  violates: 'bug',
  trigger: 'iommu_map with neither IOMMU_READ nor IOMMU_WRITE',
  steps: {
    radixNoAccess() {
      return { ret: 0, mapped: 0 };
    },
  },
});
