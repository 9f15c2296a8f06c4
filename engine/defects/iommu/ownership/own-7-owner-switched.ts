// OWN-7: the default domain that bus_iommu_probe sets up is attached to a group that is owned by now.

import { defect } from '../iommu.ts';

export const own7 = defect({
  id: 'OWN-7',
  title: 'A group that was claimed early is put on its default domain under its owner',
  source:
    'planted: __iommu_take_dma_ownership allows a group without a domain; spec/coherency-and-ownership.md §4',
  class: 'planted',
  violates: 'OWN-001',
  trigger: 'bus_iommu_probe || claim',
  steps: {
    iommuDefaultWaits() {
      return false;
    },
  },
});
