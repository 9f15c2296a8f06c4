// drivers/vfio/group.c and vfio_main.c: registration of devices, the group file, opening of devices
// (spec/coherency-and-ownership.md §2).

import { EBADF, EBUSY, EINVAL, ENODEV } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { VfioContainer, VfioDevice, VfioGroup } from './objects.ts';

export class VfioGroupSteps {
  /** vfio_register_group_dev. */
  *vfioRegisterGroupDev(this: IommuKernel, device: VfioDevice): Steps<number> {
    yield device.device.group.readOnce;
    if (device.device.group.value === null) return EINVAL;
    if (!device.group.emulated && !this.vfioCacheCoherent(device)) return EINVAL;
    const ret = yield* this.vfioDeviceGroupRegister(device);
    if (ret === 0) yield* this.kvmVfioCoherencyChanged(device.group);
    return ret;
  }

  /** IOMMU_CAP_CACHE_COHERENCY. */
  vfioCacheCoherent(this: IommuKernel, { device }: VfioDevice): boolean {
    return device.iommu.driver !== 'arm' || device.iommu.spec.coherentWalk !== false;
  }

  *vfioDeviceGroupRegister(this: IommuKernel, device: VfioDevice): Steps<number> {
    const { group } = device;
    yield group.deviceLock.lock;
    yield group.devices.read;
    const devices = group.devices.value.items;
    const known = devices.includes(device);
    if (!known) {
      yield group.devices.write;
      group.devices.value = group.devices.of([...devices, device]);
    }
    yield group.deviceLock.unlock;
    return known ? EINVAL : 0;
  }

  /**
   * vfio_unregister_group_dev. The kernel waits until the device is closed; here it is refused
   * meanwhile.
   */
  *vfioUnregisterGroupDev(this: IommuKernel, device: VfioDevice): Steps<number> {
    const { group } = device;
    yield group.groupLock.lock;
    yield device.openCount.read;
    const open = device.openCount.value > 0;
    const ret = open ? EBUSY : yield* this.vfioDeviceGroupUnregister(device);
    yield group.groupLock.unlock;
    if (ret === 0) yield* this.kvmVfioCoherencyChanged(group);
    return ret;
  }

  *vfioDeviceGroupUnregister(this: IommuKernel, device: VfioDevice): Steps<number> {
    const { group } = device;
    yield group.deviceLock.lock;
    yield group.devices.read;
    const devices = group.devices.value.items;
    const known = devices.includes(device);
    if (known) {
      yield group.devices.write;
      group.devices.value = group.devices.of(devices.filter((d) => d !== device));
    }
    yield group.deviceLock.unlock;
    return known ? 0 : EINVAL;
  }

  /** vfio_group_fops_open: of a group with devices, once. */
  *vfioGroupFopsOpen(this: IommuKernel, group: VfioGroup): Steps<number> {
    yield group.groupLock.lock;
    const ret = yield* this.vfioGroupOpenLocked(group);
    yield group.groupLock.unlock;
    return ret;
  }

  *vfioGroupOpenLocked(this: IommuKernel, group: VfioGroup): Steps<number> {
    yield group.deviceLock.lock;
    yield group.devices.read;
    const none = group.devices.value.items.length === 0;
    yield group.deviceLock.unlock;
    if (none) return ENODEV;
    yield group.openedFile.read;
    if (group.openedFile.value) return EBUSY;
    yield group.openedFile.write;
    group.openedFile.value = true;
    yield group.file.open;
    return 0;
  }

  *vfioGroupClose(this: IommuKernel, group: VfioGroup): Steps<number> {
    yield group.file.close;
    const { closing } = group.file;
    if (closing === 'last') yield* this.vfioGroupFopsRelease(group);
    return closing === 'closed' ? EBADF : 0;
  }

  *vfioGroupFput(this: IommuKernel, group: VfioGroup): Steps {
    yield group.file.put;
    if (group.file.answer) yield* this.vfioGroupFopsRelease(group);
  }

  /** Open devices and KVM hold the file: neither is there any more. */
  *vfioGroupFopsRelease(this: IommuKernel, group: VfioGroup): Steps {
    yield group.groupLock.lock;
    yield group.container.read;
    const container = group.container.value;
    if (container !== null) yield* this.vfioGroupDetachContainer(container, group);
    yield group.openedFile.write;
    group.openedFile.value = false;
    yield group.groupLock.unlock;
  }

  *vfioGroupIoctlSetContainer(
    this: IommuKernel,
    group: VfioGroup,
    container: VfioContainer,
  ): Steps<number> {
    yield container.file.get;
    if (!container.file.answer) return EBADF;
    yield group.groupLock.lock;
    yield group.container.read;
    const taken = group.container.value !== null;
    const ret = taken ? EINVAL : yield* this.vfioContainerAttachGroup(container, group);
    yield group.groupLock.unlock;
    yield* this.vfioContainerFput(container);
    return ret;
  }

  *vfioGroupIoctlUnsetContainer(this: IommuKernel, group: VfioGroup): Steps<number> {
    yield group.groupLock.lock;
    const ret = yield* this.vfioGroupUnsetLocked(group);
    yield group.groupLock.unlock;
    return ret;
  }

  *vfioGroupUnsetLocked(this: IommuKernel, group: VfioGroup): Steps<number> {
    yield group.container.read;
    const container = group.container.value;
    if (container === null) return EINVAL;
    if (yield* this.vfioGroupHasUsers(group)) return EBUSY;
    yield* this.vfioGroupDetachContainer(container, group);
    return 0;
  }

  *vfioGroupHasUsers(this: IommuKernel, group: VfioGroup): Steps<boolean> {
    yield group.containerUsers.read;
    return group.containerUsers.value !== 1;
  }
}

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
