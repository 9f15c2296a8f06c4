// ATT-3: before 5.10 nothing keeps two probes of one group from both making its default domain.

import type { Steps } from '../../../runtime/index.ts';
import type { Device, IommuGroup } from '../../../iommu/core/objects.ts';
import type { IommuKernel } from '../../../iommu/kernel.ts';
import { defect } from '../iommu.ts';

/** iommu_alloc_default_domain without group->mutex. */
function* allocDefaultDomain(k: IommuKernel, group: IommuGroup, device: Device): Steps<number> {
  yield group.defaultDomain.readOnce;
  if (group.defaultDomain.value !== null) return 0;
  const domain = yield* k.iommuGroupAllocDefaultDomain(group, device, null);
  if (typeof domain === 'number') return domain;
  yield group.defaultDomain.writeOnce;
  group.defaultDomain.value = domain;
  yield group.domain.readOnce;
  if (group.domain.value !== null) return 0;
  yield group.domain.writeOnce;
  group.domain.value = domain;
  return 0;
}

export const att3 = defect({
  id: 'ATT-3',
  title: 'Two probes of one group both allocate its default domain, and one is lost',
  source:
    'iommu: Fix race condition during default domain allocation (211ff31b3d33); spec/real-bugs.md 3',
  class: 'race',
  violates: 'CORE-008',
  trigger: 'probe of the first two devices of a group, at once',
  steps: {
    *iommuProbeDevice(device) {
      const group = this.groupFor(device);
      const initialised = yield* this.iommuInitDevice(device);
      if (initialised !== 0) return initialised;
      yield group.mutex.lock;
      if (!(yield* this.groupDevices(group)).includes(device)) yield* this.groupLink(group, device);
      yield group.mutex.unlock;
      const ret = yield* allocDefaultDomain(this, group, device);
      if (ret !== 0) return ret;
      yield group.defaultDomain.readOnce;
      const domain = group.defaultDomain.value;
      return domain === null ? 0 : yield* this.opsAttachDev(domain, device);
    },
  },
});
