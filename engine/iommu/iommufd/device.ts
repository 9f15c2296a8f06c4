// Devices of an iommufd context: bind, attach, replace, detach, unbind. A group follows its first device
// (spec/coherency-and-ownership.md §2, spec/iommu-core.md §6). igroup->lock guards what it is attached to.

import { EINVAL, ENODEV, ENOENT, ENOMEM, EPERM } from '../../errno.ts';
import { bugOn, type Steps } from '../../runtime/index.ts';
import type { Device, IommuGroup } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import { type Hwpt, Idev, Igroup, type Ioas } from './objects.ts';
import { ictxOwner } from './state.ts';

/** What is attached to in place of a hwpt, the hwpt that its caller must put, or an errno. */
export type Replaced = Hwpt | null | number;

type Change = 'attach' | 'replace';

export class IommufdDeviceSteps {
  /** iommufd_get_group: one for all devices of the group, found or made. */
  *iommufdGetGroup(this: IommuKernel, group: IommuGroup): Steps<Igroup | null> {
    const { ictx } = this.world.iommufd;
    const found = yield* this.iommufdGroupTryGet(group, null);
    if (found !== null) return found;
    if (yield* this.world.refuses('kzalloc')) return null;
    yield this.world.env.local;
    const fresh = this.world.heap.create(Igroup, group);
    const igroup = yield* this.iommufdGroupTryGet(group, fresh);
    if (igroup !== fresh) yield fresh.free;
    bugOn(igroup === null, `${ictx.name} has no group`);
    return igroup;
  }

  /** Under the xarray's lock: the group's if it is alive, else `fresh`. */
  *iommufdGroupTryGet(
    this: IommuKernel,
    group: IommuGroup,
    fresh: Igroup | null,
  ): Steps<Igroup | null> {
    const { ictx } = this.world.iommufd;
    const cell = ictx.group(group);
    yield ictx.xaLock.lock;
    yield cell.read;
    let igroup = cell.value;
    if (igroup !== null) {
      yield igroup.ref.getUnlessZero;
      if (!igroup.ref.got) igroup = null;
    }
    if (igroup === null && fresh !== null) {
      yield cell.write;
      cell.value = fresh;
      igroup = fresh;
    }
    yield ictx.xaLock.unlock;
    return igroup;
  }

  /** iommufd_put_group. */
  *iommufdPutGroup(this: IommuKernel, igroup: Igroup): Steps {
    yield igroup.ref.put;
    if (!igroup.ref.wasLast) return;
    const { ictx } = this.world.iommufd;
    const cell = ictx.group(igroup.group);
    yield ictx.xaLock.lock;
    yield cell.exchange;
    if (cell.value === igroup) cell.value = null;
    yield ictx.xaLock.unlock;
    yield igroup.free;
  }

  /** iommufd_device_bind: the group is ours, or an errno. */
  *iommufdDeviceBind(this: IommuKernel, device: Device): Steps<Idev | number> {
    const { iommu } = device;
    if (iommu.driver === 'arm' && iommu.spec.coherentWalk === false) return EINVAL;
    yield device.group.readOnce;
    const group = device.group.value;
    if (group === null) return ENODEV;
    const igroup = yield* this.iommufdGetGroup(group);
    if (igroup === null) return ENOMEM;
    const unsafe = this.world.topology.allowUnsafeInterrupts === true;
    let ret = 0;
    if (!unsafe && !(yield* this.iommufdIsolatedMsi(group))) ret = EPERM;
    if (ret === 0) ret = yield* this.iommuDeviceClaimDmaOwner(device, ictxOwner);
    if (ret === 0) {
      const idev = yield* this.iommufdDeviceObject(device, igroup);
      if (typeof idev !== 'number') return idev;
      ret = idev;
      yield* this.iommuDeviceReleaseDmaOwner(device);
    }
    yield* this.iommufdPutGroup(igroup);
    return ret;
  }

  /** iommu_group_has_isolated_msi. */
  *iommufdIsolatedMsi(this: IommuKernel, group: IommuGroup): Steps<boolean> {
    yield group.mutex.lock;
    const devices = yield* this.groupDevices(group);
    yield group.mutex.unlock;
    return devices.every((d) => d.iommu.spec.isolatedMsi !== false);
  }

  /** The object, with the driver's reference. */
  *iommufdDeviceObject(this: IommuKernel, device: Device, igroup: Igroup): Steps<Idev | number> {
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    const entry = this.world.iommufd.ictx.object('device', device.index);
    if (!(yield* this.iommufdReserveId(entry))) return EINVAL;
    const { driver, spec } = device.iommu;
    const enforce = driver === 'amd' || (driver === 'intel' && spec.snoopControl !== false);
    yield this.world.env.local;
    const idev = this.world.heap.create(Idev, entry, device, igroup, enforce);
    yield idev.users.get;
    yield* this.iommufdObjectFinalize(idev);
    return idev;
  }

  /** iommufd_device_destroy. */
  *iommufdDeviceDestroy(this: IommuKernel, idev: Idev): Steps {
    yield* this.iommuDeviceReleaseDmaOwner(idev.device);
    yield* this.iommufdPutGroup(idev.igroup);
  }

  /** iommufd_device_attach and iommufd_device_replace, to a hwpt or to any fitting one of an IOAS. */
  *iommufdDeviceChangePt(
    this: IommuKernel,
    idev: Idev,
    to: { readonly hwpt: number } | { readonly ioas: number },
    change: Change,
  ): Steps<number> {
    const object =
      'hwpt' in to ? yield* this.iommufdGetHwpt(to.hwpt) : yield* this.iommufdGetIoas(to.ioas);
    if (object === null) return ENOENT;
    const old: Replaced =
      'hwpt' in to
        ? yield* this.iommufdDeviceDo(idev, object as Hwpt, change)
        : yield* this.iommufdDeviceAutoGetDomain(idev, object as Ioas, change);
    yield* this.iommufdPutObject(object);
    if (typeof old === 'number') return old;
    if (old !== null) yield* this.iommufdHwPagetablePut(old);
    if (change === 'attach') yield idev.users.get;
    return 0;
  }

  *iommufdDeviceDo(this: IommuKernel, idev: Idev, hwpt: Hwpt, change: Change): Steps<Replaced> {
    if (change === 'replace') return yield* this.iommufdDeviceDoReplace(idev, hwpt);
    const ret = yield* this.iommufdHwPagetableAttach(hwpt, idev);
    return ret === 0 ? null : ret;
  }

  /** iommufd_device_auto_get_domain: one that was made so before, or a new one. */
  *iommufdDeviceAutoGetDomain(
    this: IommuKernel,
    idev: Idev,
    ioas: Ioas,
    change: Change,
  ): Steps<Replaced> {
    yield ioas.mutex.lock;
    let old: Replaced = EINVAL;
    yield ioas.hwptList.read;
    for (const hwpt of ioas.hwptList.value.members) {
      yield hwpt.autoDomain.readOnce;
      if (!hwpt.autoDomain.value || !(yield* this.iommufdLockObj(hwpt))) continue;
      old = yield* this.iommufdDeviceDo(idev, hwpt, change);
      yield* this.iommufdPutObject(hwpt);
      // -EINVAL: this one does not fit the device; the next may.
      if (old !== EINVAL) break;
    }
    if (old === EINVAL) old = yield* this.iommufdAutoHwpt(idev, ioas, change);
    yield ioas.mutex.unlock;
    return old;
  }

  *iommufdAutoHwpt(this: IommuKernel, idev: Idev, ioas: Ioas, change: Change): Steps<Replaced> {
    const atOnce = change === 'attach';
    const hwpt = yield* this.iommufdHwptPagingAlloc(null, ioas, idev, 0, atOnce);
    if (typeof hwpt === 'number') return hwpt;
    let old: Replaced = null;
    if (!atOnce) {
      old = yield* this.iommufdDeviceDoReplace(idev, hwpt);
      if (typeof old === 'number') {
        yield* this.iommufdHwptAbort(hwpt);
        return old;
      }
    }
    yield hwpt.autoDomain.writeOnce;
    hwpt.autoDomain.value = true;
    yield* this.iommufdObjectFinalize(hwpt);
    return old;
  }

  /** iommufd_hw_pagetable_attach. */
  *iommufdHwPagetableAttach(this: IommuKernel, hwpt: Hwpt, idev: Idev): Steps<number> {
    yield idev.igroup.lock.lock;
    const ret = yield* this.iommufdAttachLocked(hwpt, idev);
    yield idev.igroup.lock.unlock;
    return ret;
  }

  *iommufdAttachLocked(this: IommuKernel, hwpt: Hwpt, idev: Idev): Steps<number> {
    const { igroup, device } = idev;
    yield igroup.hwpt.read;
    if (igroup.hwpt.value !== null && igroup.hwpt.value !== hwpt) return EINVAL;
    yield igroup.deviceList.read;
    const first = igroup.deviceList.value.empty;
    if (hwpt.parent === null) {
      const ret = yield* this.iommufdDeviceAttachReservedIova(idev, hwpt, first);
      if (ret !== 0) return ret;
    }
    if (first) {
      const domain = yield* this.iommufdDomainOf(hwpt);
      const ret = yield* this.iommuAttachGroup(domain, igroup.group);
      if (ret !== 0) {
        if (hwpt.parent === null) yield* this.ioptRemoveReservedIova(hwpt.ioas.iopt, device);
        return ret;
      }
      yield igroup.hwpt.write;
      igroup.hwpt.value = hwpt;
    }
    yield hwpt.users.get;
    yield igroup.deviceList.exchange;
    igroup.deviceList.value = igroup.deviceList.value.with(idev);
    return 0;
  }

  *iommufdDeviceAttachReservedIova(
    this: IommuKernel,
    idev: Idev,
    hwpt: Hwpt,
    first: boolean,
  ): Steps<number> {
    const { igroup, device } = idev;
    const ret = yield* this.ioptTableEnforceDevResvRegions(hwpt.ioas.iopt, device);
    if (ret !== 0) return ret;
    const swMsi = (device.spec.reserved ?? []).find((r) => r.kind === 'swMsi');
    if (swMsi !== undefined) {
      yield igroup.swMsiStart.writeOnce;
      igroup.swMsiStart.value = swMsi.start;
    }
    if (!first) return 0;
    const msi = yield* this.iommufdGroupSetupMsi(igroup, hwpt);
    yield* this.iommufdGroupMsiSettled(igroup);
    if (msi !== 0) yield* this.ioptRemoveReservedIova(hwpt.ioas.iopt, device);
    return msi;
  }

  /** iommufd_hw_pagetable_detach: the caller puts what the device was attached to. */
  *iommufdHwPagetableDetach(this: IommuKernel, idev: Idev): Steps<Hwpt> {
    const { igroup } = idev;
    yield igroup.lock.lock;
    yield igroup.hwpt.read;
    const hwpt = igroup.hwpt.value as Hwpt;
    yield* this.iommufdDetachLocked(idev, hwpt);
    yield igroup.lock.unlock;
    return hwpt;
  }

  *iommufdDetachLocked(this: IommuKernel, idev: Idev, hwpt: Hwpt): Steps {
    const { igroup, device } = idev;
    yield igroup.deviceList.exchange;
    const left = igroup.deviceList.value.without(idev);
    igroup.deviceList.value = left;
    if (left.empty) {
      const domain = yield* this.iommufdDomainOf(hwpt);
      yield* this.iommuDetachGroup(domain, igroup.group);
      yield igroup.hwpt.write;
      igroup.hwpt.value = null;
      yield* this.iommufdAutoResponseFaults(hwpt, igroup);
    }
    if (hwpt.parent === null) yield* this.ioptRemoveReservedIova(hwpt.ioas.iopt, device);
  }

  /** What iommufd_hwpt_paging_alloc undoes of its immediate attach. */
  *iommufdHwptUndoAttach(this: IommuKernel, idev: Idev): Steps {
    const hwpt = yield* this.iommufdHwPagetableDetach(idev);
    yield hwpt.users.put;
  }

  /** iommufd_hw_pagetable_put. */
  *iommufdHwPagetablePut(this: IommuKernel, hwpt: Hwpt): Steps {
    yield hwpt.autoDomain.readOnce;
    if (hwpt.autoDomain.value) yield* this.iommufdObjectPutAndTryDestroy(hwpt);
    else yield hwpt.users.put;
  }

  /** iommufd_device_detach. */
  *iommufdDeviceDetach(this: IommuKernel, idev: Idev): Steps {
    const hwpt = yield* this.iommufdHwPagetableDetach(idev);
    yield* this.iommufdHwPagetablePut(hwpt);
    yield idev.users.put;
  }
}
