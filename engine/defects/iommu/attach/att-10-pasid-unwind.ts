// ATT-10: a PASID that one device refuses is taken from all devices, whoever's it is there.

import { defect } from '../iommu.ts';

export const att10 = defect({
  id: 'ATT-10',
  title: 'A failed PASID attach removes the PASID of devices that it was not set on',
  source:
    'iommu: Undo pasid attachment only for the devices that have succeeded (b025dea63cde); spec/real-bugs.md 10',
  class: 'wrong unwind',
  violates: 'CORE-007',
  trigger: 'attach a PASID to a group of which one device has it in use already',
  steps: {
    *iommuUndoGroupPasid(domain, devices, _done, pasid) {
      for (const device of devices) yield* this.opsRemoveDevPasid(domain, device, pasid);
    },
  },
});
