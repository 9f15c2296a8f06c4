// drivers/vfio/vfio_main.c: devices opened through their group, and closed
// (spec/coherency-and-ownership.md §2).

import { EBADF, EINVAL, ENODEV } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { VfioContainer, VfioDevice, VfioGroup } from './objects.ts';

export class VfioDeviceSteps {
  /** VFIO_GROUP_GET_DEVICE_FD; the group's file is referenced by the caller. */
  *vfioGroupIoctlGetDeviceFd(this: IommuKernel, device: VfioDevice): Steps<number> {
    const { group } = device;
    yield group.groupLock.lock;
    const ret = yield* this.vfioDfGroupOpen(device);
    yield group.groupLock.unlock;
    return ret;
  }

  /** vfio_df_group_open; group_lock is held. */
  *vfioDfGroupOpen(this: IommuKernel, device: VfioDevice): Steps<number> {
    const { group } = device;
    yield group.deviceLock.lock;
    yield group.devices.read;
    const known = group.devices.value.items.includes(device);
    yield group.deviceLock.unlock;
    if (!known) return ENODEV;
    yield group.container.read;
    const container = group.container.value;
    if (container === null) return EINVAL;
    yield device.openCount.read;
    const count = device.openCount.value;
    if (count === 0) {
      const ret = yield* this.vfioDfDeviceFirstOpen(device, container);
      if (ret !== 0) {
        yield* this.vfioDfOpenFailed(device);
        return ret;
      }
    }
    yield device.openCount.write;
    device.openCount.value = count + 1;
    return 0;
  }

  *vfioDfDeviceFirstOpen(
    this: IommuKernel,
    device: VfioDevice,
    container: VfioContainer,
  ): Steps<number> {
    yield* this.vfioDeviceGroupGetKvmSafe(device);
    const ret = yield* this.vfioGroupUseContainer(device.group, container);
    if (ret !== 0) return ret;
    if (device.group.emulated) yield* this.type1RegisterDevice(container, device);
    return 0;
  }

  /** Nothing was opened: only the KVM pointer goes back. */
  *vfioDfOpenFailed(this: IommuKernel, device: VfioDevice): Steps {
    yield* this.vfioDevicePutKvm(device);
  }

  /** The KVM that the group belongs to when its first device is opened. */
  *vfioDeviceGroupGetKvmSafe(this: IommuKernel, device: VfioDevice): Steps {
    const { group } = device;
    yield group.kvmRefLock.lock;
    yield group.kvm.read;
    const kvm = group.kvm.value;
    yield group.kvmRefLock.unlock;
    yield device.kvm.write;
    device.kvm.value = kvm;
  }

  *vfioDevicePutKvm(this: IommuKernel, device: VfioDevice): Steps {
    yield device.kvm.write;
    device.kvm.value = null;
  }

  *vfioGroupUseContainer(
    this: IommuKernel,
    group: VfioGroup,
    container: VfioContainer,
  ): Steps<number> {
    yield container.iommuData.readOnce;
    if (container.iommuData.value === null) return EINVAL;
    yield group.file.hold;
    yield* this.vfioGroupChangeUsers(group, 1);
    return 0;
  }

  *vfioGroupChangeUsers(this: IommuKernel, group: VfioGroup, by: number): Steps {
    yield group.containerUsers.read;
    const users = group.containerUsers.value;
    yield group.containerUsers.write;
    group.containerUsers.value = users + by;
  }

  /** close(2) of a device's descriptor. */
  *vfioDeviceFopsRelease(this: IommuKernel, device: VfioDevice): Steps<number> {
    const { group } = device;
    yield group.groupLock.lock;
    yield device.openCount.read;
    const count = device.openCount.value;
    if (count > 0) {
      yield device.openCount.write;
      device.openCount.value = count - 1;
      if (count === 1) yield* this.vfioDfDeviceLastClose(device);
    }
    yield group.groupLock.unlock;
    if (count === 1) yield* this.vfioGroupFput(group);
    return count === 0 ? EBADF : 0;
  }

  *vfioDfDeviceLastClose(this: IommuKernel, device: VfioDevice): Steps {
    const { group } = device;
    yield group.container.read;
    const container = group.container.value as VfioContainer;
    if (group.emulated) yield* this.type1UnregisterDevice(container, device);
    yield* this.vfioGroupChangeUsers(group, -1);
    yield* this.vfioDevicePutKvm(device);
  }
}
