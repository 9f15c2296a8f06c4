// drivers/vfio/group.c: registration of devices with their group, the group file
// (spec/coherency-and-ownership.md §2). Opening of devices is device.ts.

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
    const left = devices.filter((d) => d !== device);
    if (known) {
      yield group.devices.write;
      group.devices.value = group.devices.of(left);
    }
    yield group.deviceLock.unlock;
    if (known && left.length === 0) yield* this.vfioGroupRevoke(group);
    return known ? 0 : EINVAL;
  }

  /** vfio_device_remove_group: without its last device a group leaves its container. */
  *vfioGroupRevoke(this: IommuKernel, group: VfioGroup): Steps {
    yield group.container.read;
    const container = group.container.value;
    if (container !== null) yield* this.vfioGroupDetachContainer(container, group);
  }

  /** vfio_group_fops_open: of a group with devices, once. */
  *vfioGroupFopsOpen(this: IommuKernel, group: VfioGroup): Steps<number> {
    yield group.groupLock.lock;
    const ret = yield* this.vfioGroupOpenLocked(group);
    yield group.groupLock.unlock;
    return ret;
  }

  *vfioGroupOpenLocked(this: IommuKernel, group: VfioGroup): Steps<number> {
    if (yield* this.vfioGroupGone(group)) return ENODEV;
    yield group.openedFile.read;
    if (group.openedFile.value) return EBUSY;
    yield group.openedFile.write;
    group.openedFile.value = true;
    yield group.file.open;
    return 0;
  }

  /** No device is registered: the group is not there, or its IOMMU group is NULL. */
  *vfioGroupGone(this: IommuKernel, group: VfioGroup): Steps<boolean> {
    yield group.deviceLock.lock;
    yield group.devices.read;
    const none = group.devices.value.items.length === 0;
    yield group.deviceLock.unlock;
    return none;
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
    const ret = yield* this.vfioGroupSetLocked(group, container);
    yield group.groupLock.unlock;
    yield* this.vfioContainerFput(container);
    return ret;
  }

  *vfioGroupSetLocked(
    this: IommuKernel,
    group: VfioGroup,
    container: VfioContainer,
  ): Steps<number> {
    yield group.container.read;
    if (group.container.value !== null) return EINVAL;
    if (yield* this.vfioGroupGone(group)) return ENODEV;
    return yield* this.vfioContainerAttachGroup(container, group);
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
