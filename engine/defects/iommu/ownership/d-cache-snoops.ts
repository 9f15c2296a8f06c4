// Up to 5.17 IOMMU_CACHE asks for snoop control, leaf by leaf; there is nothing to enforce.

import { divergence } from '../iommu.ts';
import { prot } from '../../../iommu/core/leaf.ts';

export const cacheSnoops = divergence({
  id: 'OWN-d-cache',
  title: 'Up to 5.17 IOMMU_CACHE is snoop control where all attached IOMMUs have it',
  source: 'seed 002; spec/coherency-and-ownership.md §8, <=5.17',
  trigger: 'map with IOMMU_CACHE',
  allows: ['noEnforce'],
  steps: {
    *opsEnforceCacheCoherency() {
      return false;
    },
    *radixBeginMap(domain, protection) {
      if (domain.iommu?.driver !== 'intel') return yield* this.radixLeafFlags(domain);
      const able = yield* this.intelSupportsForceSnooping(domain);
      return { snoop: able && (protection & prot.cache) !== 0, dbm: false };
    },
  },
});
