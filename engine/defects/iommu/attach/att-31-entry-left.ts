// ATT-31: release_device does not clear the translation entry (compare virtio, real-bugs 19).

import { defect } from '../iommu.ts';

export const att31 = defect({
  id: 'ATT-31',
  title: 'An unplugged device leaves its translation entry to a domain that is freed',
  source: 'planted, as spec/real-bugs.md 19',
  class: 'planted',
  violates: 'OWN-012',
  trigger: 'unplug the last device of a group',
  steps: {
    *opsClearEntry(device) {
      yield device.rid.domain.readOnce;
    },
  },
});
