// iommufd_device_do_replace: a group goes from one hwpt to another, or nothing changes.

import { EINVAL } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { Replaced } from './device.ts';
import type { Hwpt, Idev, Igroup } from './objects.ts';

export class ReplaceSteps {
  /** Answers the old hwpt, to be put by the caller; null: it was attached to that one already. */
  *iommufdDeviceDoReplace(this: IommuKernel, idev: Idev, hwpt: Hwpt): Steps<Replaced> {
    const { igroup } = idev;
    yield igroup.lock.lock;
    const old = yield* this.iommufdReplaceLocked(idev, hwpt);
    yield igroup.lock.unlock;
    return old;
  }

  *iommufdReplaceLocked(this: IommuKernel, idev: Idev, hwpt: Hwpt): Steps<Replaced> {
    const { igroup } = idev;
    yield igroup.hwpt.read;
    const old = igroup.hwpt.value;
    if (old === null) return EINVAL;
    yield igroup.deviceList.read;
    const devices = igroup.deviceList.value.members;
    if (!devices.includes(idev)) return EINVAL;
    if (hwpt === old) return null;
    const ret = yield* this.iommufdReplaceTable(igroup, devices, hwpt, old);
    yield* this.iommufdGroupMsiSettled(igroup);
    if (ret !== 0) return ret;
    yield igroup.hwpt.write;
    igroup.hwpt.value = hwpt;
    for (const _ of devices) yield hwpt.users.get;
    // One reference to the old one is left to the caller.
    for (const _ of devices.slice(1)) yield old.users.put;
    return old;
  }

  /** Reserved ranges of all devices and the MSI window first, then the group. */
  *iommufdReplaceTable(
    this: IommuKernel,
    igroup: Igroup,
    devices: readonly Idev[],
    hwpt: Hwpt,
    old: Hwpt,
  ): Steps<number> {
    const moves = this.iommufdMovesIoas(hwpt, old);
    if (hwpt.parent === null) {
      const ret = yield* this.iommufdGroupDoReplaceReservedIova(igroup, devices, hwpt, old);
      if (ret !== 0) return ret;
    }
    const domain = yield* this.iommufdDomainOf(hwpt);
    const ret = yield* this.iommuGroupReplaceDomain(igroup.group, domain);
    if (ret !== 0) {
      yield* this.iommufdReplaceErrUnresv(devices, hwpt, old);
      return ret;
    }
    yield* this.iommufdReplacedFaults(hwpt, old, igroup);
    const stale = old.parent === null && (hwpt.parent !== null || moves);
    if (stale) yield* this.iommufdGroupRemoveReservedIova(devices, old);
    return 0;
  }

  /** The old hwpt gets no more requests: those that it has are answered. */
  *iommufdReplacedFaults(this: IommuKernel, _hwpt: Hwpt, old: Hwpt, igroup: Igroup): Steps {
    yield* this.iommufdAutoResponseFaults(old, igroup);
  }

  /** Whether the new table is of an IOAS in which the devices have reserved nothing yet. */
  iommufdMovesIoas(this: IommuKernel, hwpt: Hwpt, old: Hwpt): boolean {
    return old.parent !== null || hwpt.ioas !== old.ioas;
  }

  /** What was reserved for the new hwpt; nothing was if the IOAS is the same. */
  *iommufdReplaceErrUnresv(
    this: IommuKernel,
    devices: readonly Idev[],
    hwpt: Hwpt,
    old: Hwpt,
  ): Steps {
    if (hwpt.parent === null && this.iommufdMovesIoas(hwpt, old))
      yield* this.iommufdGroupRemoveReservedIova(devices, hwpt);
  }

  *iommufdGroupDoReplaceReservedIova(
    this: IommuKernel,
    igroup: Igroup,
    devices: readonly Idev[],
    hwpt: Hwpt,
    old: Hwpt,
  ): Steps<number> {
    let ret = 0;
    for (const { device } of this.iommufdMovesIoas(hwpt, old) ? devices : []) {
      ret = yield* this.ioptTableEnforceDevResvRegions(hwpt.ioas.iopt, device);
      if (ret !== 0) break;
    }
    if (ret === 0) ret = yield* this.iommufdGroupSetupMsi(igroup, hwpt);
    if (ret !== 0) yield* this.iommufdReplaceErrUnresv(devices, hwpt, old);
    return ret;
  }

  *iommufdGroupRemoveReservedIova(this: IommuKernel, devices: readonly Idev[], hwpt: Hwpt): Steps {
    for (const { device } of devices) yield* this.ioptRemoveReservedIova(hwpt.ioas.iopt, device);
  }
}
