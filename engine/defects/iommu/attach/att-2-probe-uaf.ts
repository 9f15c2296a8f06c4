// ATT-2: a failed probe frees dev->iommu before it takes the pointer away, and others look at it.

import type { Steps } from '../../../runtime/index.ts';
import type { Device } from '../../../iommu/core/objects.ts';
import { defect } from '../iommu.ts';

/** of_iommu_configure: what dev->iommu says, before any lock. */
function* lookAtFwspec(device: Device): Steps {
  yield device.param.readOnce;
  const param = device.param.value;
  if (param !== null) yield param.iommuDev.readOnce;
}

export const att2 = defect({
  id: 'ATT-2',
  title: 'dev->iommu is used by a second probe path while the first one frees it',
  source:
    'iommu: Fix potential use-after-free during probe (b54240ad4943, CVE-2022-48796); spec/real-bugs.md 2',
  class: 'use after free',
  violates: 'use-after-free',
  trigger: 'a probe that fails in the driver || a probe of the same device by another path',
  steps: {
    *busIommuProbe(device) {
      yield* lookAtFwspec(device);
      const ret = yield* this.probeUnderLock(device, true);
      return ret === 0 ? yield* this.probeGroupUnderLock(device) : ret;
    },
    *devIommuFree(device) {
      yield device.param.readOnce;
      const param = device.param.value;
      if (param === null) return;
      yield param.free;
      yield device.param.writeOnce;
      device.param.value = null;
    },
  },
});
