// Devices come and go: iommu_probe_device, bus_iommu_probe, iommu_release_device (spec/iommu-core.md
// §3). iommu_probe_device_lock, then group->mutex.

import { ENODEV, ENOMEM } from '../../errno.ts';
import { listAddTail, listDel, type Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import { type Device, DevIommu, type IommuGroup } from './objects.ts';

export class ProbeSteps {
  /** A device is added: it is in its group, and attached to the group's domain, or it is not. */
  *iommuProbeDevice(this: IommuKernel, device: Device): Steps<number> {
    return yield* this.probeUnderLock(device, false);
  }

  *probeUnderLock(this: IommuKernel, device: Device, later: boolean): Steps<number> {
    const { mutex } = this.world.core.probe;
    yield mutex.lock;
    const ret = yield* this.iommuProbeDeviceLocked(device, later);
    yield mutex.unlock;
    return ret;
  }

  /** bus_iommu_probe: an IOMMU's driver registers; default domains come after all the devices. */
  *busIommuProbe(this: IommuKernel, device: Device): Steps<number> {
    const ret = yield* this.probeUnderLock(device, true);
    return ret === 0 ? yield* this.probeGroupUnderLock(device) : ret;
  }

  *probeGroupUnderLock(this: IommuKernel, device: Device): Steps<number> {
    const { mutex } = this.world.core.probe;
    yield mutex.lock;
    const ret = yield* this.iommuProbeGroup(this.groupFor(device), device);
    yield mutex.unlock;
    return ret;
  }

  /** ops->device_group. */
  groupFor(this: IommuKernel, device: Device): IommuGroup {
    return this.world.groups[device.spec.group] as IommuGroup;
  }

  /**
   * A group of the list of those that bus_iommu_probe has left without a default domain. Where there
   * can be none, the IOMMU is unregistered again, and its device released.
   */
  *iommuProbeGroup(this: IommuKernel, group: IommuGroup, device: Device): Steps<number> {
    yield group.mutex.lock;
    yield group.defaultDomain.read;
    const needed =
      group.defaultDomain.value === null && (yield* this.groupDevices(group)).length > 0;
    const ret = needed ? yield* this.iommuSetupDefaultDomain(group, null) : 0;
    if (ret !== 0) yield* this.iommuReleaseDeviceLocked(group, device);
    yield group.mutex.unlock;
    return ret;
  }

  /** __iommu_probe_device; `later`: the caller sets the default domain up. */
  *iommuProbeDeviceLocked(this: IommuKernel, device: Device, later: boolean): Steps<number> {
    if (yield* this.iommuIsProbed(device)) return 0;
    const initialised = yield* this.iommuInitDevice(device);
    if (initialised !== 0) return initialised;
    const group = this.groupFor(device);
    yield group.mutex.lock;
    const ret = yield* this.iommuAddDevice(group, device, later);
    if (ret !== 0) yield* this.iommuDeinitDevice(group, device);
    yield group.mutex.unlock;
    return ret;
  }

  /** In a group: probed already. */
  *iommuIsProbed(this: IommuKernel, device: Device): Steps<boolean> {
    yield device.group.readOnce;
    return device.group.value !== null;
  }

  /** iommu_init_device: dev->iommu, the driver, the group. */
  *iommuInitDevice(this: IommuKernel, device: Device): Steps<number> {
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    yield device.param.writeOnce;
    const param = this.world.heap.create(DevIommu);
    device.param.value = param;
    if (yield* this.opsProbeDevice(device)) {
      yield* this.devIommuFree(device);
      return ENODEV;
    }
    yield param.iommuDev.writeOnce;
    param.iommuDev.value = device.iommu;
    if (device.spec.attachDeferred === true) {
      yield device.attachDeferred.writeOnce;
      device.attachDeferred.value = true;
    }
    yield device.group.writeOnce;
    device.group.value = this.groupFor(device);
    return 0;
  }

  /** ops->probe_device; whether it fails. */
  *opsProbeDevice(this: IommuKernel, device: Device): Steps<boolean> {
    if (yield* this.world.refuses('probe_device')) return true;
    return device.iommu.driver === 'virtio' && (yield* this.viommuProbeDevice(device)) !== 0;
  }

  /** dev_iommu_free: the pointer goes first. */
  *devIommuFree(this: IommuKernel, device: Device): Steps {
    yield device.param.exchange;
    const param = device.param.value;
    device.param.value = null;
    if (param !== null) yield param.free;
  }

  /** Into the group's list and its domain; on an error out of the list again. */
  *iommuAddDevice(
    this: IommuKernel,
    group: IommuGroup,
    device: Device,
    later: boolean,
  ): Steps<number> {
    yield* this.groupLink(group, device);
    const ret = yield* this.iommuAttachAdded(group, device, later);
    if (ret !== 0) yield* listDel(group.devices, device);
    return ret;
  }

  /** Into group->devices. */
  *groupLink(this: IommuKernel, group: IommuGroup, device: Device): Steps {
    yield* this.groupLinkTail(group, device);
  }

  *groupLinkTail(this: IommuKernel, group: IommuGroup, device: Device): Steps {
    yield device.next.write;
    device.next.value = null;
    yield* listAddTail(group.devices, device);
  }

  /** The group's domain, owned or not; the first device brings the default domain. */
  *iommuAttachAdded(
    this: IommuKernel,
    group: IommuGroup,
    device: Device,
    later: boolean,
  ): Steps<number> {
    yield group.defaultDomain.read;
    const standard = group.defaultDomain.value;
    if (standard !== null) yield* this.iommuCreateDirectMappings(standard, device);
    yield group.domain.read;
    const domain = group.domain.value;
    if (domain !== null) return yield* this.iommuDeviceSetDomain(group, device, domain);
    if (standard !== null || later) return 0;
    return yield* this.iommuSetupDefaultDomain(group, null);
  }

  /**
   * iommu_release_device. False where the device is the last one of a group that somebody still
   * owns or has attached: who unplugs has to wait (in Linux a WARN).
   */
  *iommuReleaseDevice(this: IommuKernel, device: Device): Steps<boolean> {
    const group = yield* this.iommuGroupOf(device);
    if (group === null) return true;
    yield group.mutex.lock;
    const gone = yield* this.iommuReleaseDeviceLocked(group, device);
    yield group.mutex.unlock;
    return gone;
  }

  *iommuReleaseDeviceLocked(this: IommuKernel, group: IommuGroup, device: Device): Steps<boolean> {
    const last = (yield* this.groupDevices(group)).length === 1;
    if (last && (yield* this.iommuGroupIsHeld(group))) return false;
    yield* listDel(group.devices, device);
    yield* this.iommuDeinitDevice(group, device);
    return true;
  }

  *iommuGroupIsHeld(this: IommuKernel, group: IommuGroup): Steps<boolean> {
    yield group.ownerCnt.read;
    return group.ownerCnt.value !== 0 || (yield* this.iommuInOtherHands(group));
  }

  /** iommu_deinit_device: the driver lets go; with the last device the group's domains go. */
  *iommuDeinitDevice(this: IommuKernel, group: IommuGroup, device: Device): Steps {
    yield* this.opsReleaseDevice(device);
    yield group.devices.read;
    if (group.devices.value === null) yield* this.iommuGroupFreeDomains(group);
    yield device.group.writeOnce;
    device.group.value = null;
    yield* this.devIommuFree(device);
  }

  *iommuGroupFreeDomains(this: IommuKernel, group: IommuGroup): Steps {
    for (const cell of [group.defaultDomain, group.blockingDomain]) {
      yield cell.read;
      const domain = cell.value;
      if (domain === null) continue;
      yield* this.iommuDomainFree(domain);
      yield cell.write;
      cell.value = null;
    }
    yield group.domain.write;
    group.domain.value = null;
  }
}
