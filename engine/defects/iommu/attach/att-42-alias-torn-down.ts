// ATT-42: releasing one alias clears the translation entry of the others.

import { defect } from '../iommu.ts';

export const att42 = defect({
  id: 'ATT-42',
  title: 'Unplugging a device blocks the alias that shares its requester id',
  source: 'planted; spec/coherency-and-ownership.md §5, alias group',
  class: 'planted',
  violates: 'OWN-005',
  trigger: 'unplug one of two aliases',
  steps: {
    *opsAliasStays(device) {
      yield device.rid.domain.readOnce;
      return false;
    },
  },
});
