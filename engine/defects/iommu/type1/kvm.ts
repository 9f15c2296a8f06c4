// Defects of KVM's view of assigned devices: spec/coherency-and-ownership.md §3.

import type { IommuKernel } from '../../../iommu/kernel.ts';
import type { VfioGroup } from '../../../iommu/vfio/objects.ts';
import type { Steps } from '../../../runtime/index.ts';
import { defect } from '../iommu.ts';

function* nobodyAsks(this: IommuKernel, _group: VfioGroup): Steps {
  yield this.world.env.local;
}

export const staleContainer = defect({
  id: 'KVM-stale-container',
  subsystem: 'ownership',
  title: 'KVM asks the container of a file once, and takes a file without one for coherent',
  source: 'spec/coherency-and-ownership.md §3 (5.19 to 6.1), §7.9',
  class: 'stale state',
  violates: 'OWN-009',
  trigger: 'FILE_ADD of a group, then SET_CONTAINER and SET_IOMMU',
  allows: ['coherencyByContainer'],
  steps: {
    *vfioFileEnforcedCoherent(group) {
      yield group.groupLock.lock;
      yield group.container.read;
      const container = group.container.value;
      const cc = 4;
      const coherent =
        container === null || (yield* this.vfioContainerIoctlCheckExtension(container, cc)) > 0;
      yield group.groupLock.unlock;
      return coherent;
    },
    kvmVfioCoherencyChanged: nobodyAsks,
  },
});

export const staleDevices = defect({
  id: 'KVM-stale-devices',
  subsystem: 'ownership',
  title: 'KVM looks at the devices of a group at FILE_ADD and FILE_DEL only',
  source: 'spec/coherency-and-ownership.md §3 (6.2 and later), §7.8',
  class: 'stale state',
  violates: 'OWN-008',
  trigger: 'FILE_ADD, then a device without snoop control is bound in the group',
  steps: { kvmVfioCoherencyChanged: nobodyAsks },
});

export const lockCycle = defect({
  id: 'KVM-lock-cycle',
  subsystem: 'ownership',
  title: 'opening a device takes kv->lock under group_lock, FILE_ADD the other way round',
  source: 'spec/real-bugs.md 68 (51cdc8bc120e)',
  class: 'deadlock',
  violates: 'lock-order',
  trigger: 'GET_DEVICE_FD || FILE_ADD',
  steps: {
    *vfioDeviceGroupGetKvmSafe(device) {
      const { group } = device;
      yield group.kvm.readOnce;
      const kvm = group.kvm.value;
      if (kvm !== null) {
        yield kvm.lock.lock;
        yield device.kvm.write;
        device.kvm.value = kvm;
        yield kvm.lock.unlock;
      }
    },
    *kvmVfioFileSetKvm(group, kvm) {
      yield group.groupLock.lock;
      yield group.kvm.writeOnce;
      group.kvm.value = kvm;
      yield group.groupLock.unlock;
    },
  },
});

export const entryAfterUnlock = defect({
  id: 'KVM-entry-after-unlock',
  subsystem: 'ownership',
  title: 'FILE_ADD uses the new entry after it has given up kv->lock',
  source: 'spec/coherency-and-ownership.md §3 (kvm/vfio: ensure kvg instance stays around: 6.1.53)',
  class: 'use after free',
  violates: 'use-after-free',
  trigger: 'FILE_ADD || FILE_DEL of one group',
  steps: {
    *kvmVfioFileAdded(kvm, file) {
      yield kvm.lock.unlock;
      yield file.file.read;
      yield* this.kvmVfioFileSetKvm(file.file.value, kvm);
      yield kvm.lock.lock;
      yield* this.kvmVfioUpdateCoherency(kvm);
    },
  },
});
