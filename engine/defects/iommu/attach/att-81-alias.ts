// ATT-81: the driver programs the device's own id, and not the one that its transactions carry.

import { defect } from '../iommu.ts';

export const att81 = defect({
  id: 'ATT-81',
  title: 'The requester id that aliases share keeps the old domain',
  source:
    'iommu/vt-d: Fix incorrect pci_for_each_dma_alias() for non-PCI devices; iommu/amd: Fix clone_alias(); spec/real-bugs.md 81',
  class: 'isolation',
  violates: 'OWN-005',
  trigger: 'attach a group of two aliases',
  steps: {
    *opsSetEntry(domain, device) {
      const aliased = this.world.devices.some((d) => d !== device && d.rid === device.rid);
      yield device.rid.domain.exchange;
      if (!aliased) device.rid.domain.value = domain;
    },
  },
});
