// The companion series for VFIO: its dirty log switches that of the IOMMU, under vfio_iommu->lock.

import { divergence } from '../iommu.ts';

export const vfioSwitches = divergence({
  id: 'DRT-VFIO',
  title: 'VFIO’s dirty log starts and stops the log of each mapping in each domain',
  source: 'spec/split-merge-dirty.md, Provenance [PV], §3 R1',
  trigger: 'START of VFIO’s dirty log',
  steps: {
    *type1SetTracking(iommu, tracking) {
      yield iommu.dirtyPageTracking.write;
      iommu.dirtyPageTracking.value = tracking;
      yield iommu.domainList.read;
      const domains = iommu.domainList.value.items;
      yield iommu.dmaList.read;
      const dmas = iommu.dmaList.value.items;
      // A driver without the log refuses, and everything is dirty then.
      for (const { domain } of domains)
        for (const { iova, size, prot } of dmas)
          yield* this.iommuSwitchDirtyLog(domain, tracking, iova, size, prot);
    },
  },
});
