// Groups change domains: attach, detach, replace (spec/coherency-and-ownership.md §5,
// spec/iommu-core.md §11). All of one group under group->mutex; domains are made and freed in alloc.ts.

import { EBUSY, EINVAL, ENODEV } from '../../errno.ts';
import { listFirst, listNext, type Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { IommuDomain } from './domain.ts';
import type { Device, IommuGroup } from './objects.ts';

export class AttachSteps {
  *iommuAttachGroup(this: IommuKernel, domain: IommuDomain, group: IommuGroup): Steps<number> {
    yield group.mutex.lock;
    yield domain.contract.enter('attach', 0, 0);
    const ret = yield* this.iommuAttachGroupLocked(domain, group);
    yield domain.contract.leave('attach', 0, 0);
    yield group.mutex.unlock;
    return ret;
  }

  /** __iommu_attach_group. */
  *iommuAttachGroupLocked(
    this: IommuKernel,
    domain: IommuDomain,
    group: IommuGroup,
  ): Steps<number> {
    if (yield* this.iommuGroupIsBusy(group)) return EBUSY;
    const first = yield* listFirst(group.devices);
    if (first === null) return ENODEV;
    if (domain.iommu !== null && first.iommu.driver !== domain.iommu.driver) return EINVAL;
    return yield* this.iommuGroupSetDomain(group, domain);
  }

  /** Somebody's domain is attached: neither the default nor the blocking one, also if it is this. */
  *iommuGroupIsBusy(this: IommuKernel, group: IommuGroup): Steps<boolean> {
    yield group.domain.read;
    const current = group.domain.value;
    if (current === null) return false;
    yield group.defaultDomain.read;
    if (current === group.defaultDomain.value) return false;
    yield group.blockingDomain.read;
    return current !== group.blockingDomain.value;
  }

  *iommuDetachGroup(this: IommuKernel, _domain: IommuDomain, group: IommuGroup): Steps {
    yield group.mutex.lock;
    yield* this.iommuGroupSetCoreDomain(group);
    yield group.mutex.unlock;
  }

  /** For groups of one device. */
  *iommuAttachDevice(this: IommuKernel, domain: IommuDomain, device: Device): Steps<number> {
    const group = yield* this.iommuGroupOf(device);
    if (group === null) return ENODEV;
    yield group.mutex.lock;
    yield domain.contract.enter('attach', 0, 0);
    const devices = yield* this.groupDevices(group);
    let ret = devices.includes(device) ? EINVAL : ENODEV;
    if (ret === EINVAL && devices.length === 1)
      ret = yield* this.iommuAttachGroupLocked(domain, group);
    yield domain.contract.leave('attach', 0, 0);
    yield group.mutex.unlock;
    return ret;
  }

  /** False, and a WARN, where the device's group is not attached to the domain alone. */
  *iommuDetachDevice(this: IommuKernel, domain: IommuDomain, device: Device): Steps<boolean> {
    const group = yield* this.iommuGroupOf(device);
    if (group === null) return false;
    yield group.mutex.lock;
    yield group.domain.read;
    const right = group.domain.value === domain && (yield* this.groupDevices(group)).length === 1;
    if (right) yield* this.iommuGroupSetCoreDomain(group);
    yield group.mutex.unlock;
    return right;
  }

  /** dev->iommu_group. */
  *iommuGroupOf(this: IommuKernel, device: Device): Steps<IommuGroup | null> {
    yield device.group.readOnce;
    return device.group.value;
  }

  /** __iommu_group_set_core_domain: the blocking domain while owned, else the default one. */
  *iommuGroupSetCoreDomain(this: IommuKernel, group: IommuGroup): Steps {
    yield group.owner.read;
    const owned = group.owner.value !== 0;
    const cell = owned ? group.blockingDomain : group.defaultDomain;
    yield cell.read;
    const domain = cell.value;
    if (domain === null) yield* this.iommuGroupBlock(group);
    else yield* this.iommuGroupSetDomainNofail(group, domain);
  }

  /** There is no default domain yet: no DMA, and no domain. */
  *iommuGroupBlock(this: IommuKernel, group: IommuGroup): Steps {
    for (const device of yield* this.groupDevices(group)) yield* this.opsBlockDev(device, null);
    yield group.domain.write;
    group.domain.value = null;
  }

  /** iommu_group_replace_domain. */
  *iommuGroupReplaceDomain(
    this: IommuKernel,
    group: IommuGroup,
    domain: IommuDomain | null,
  ): Steps<number> {
    if (domain === null) {
      yield this.world.env.local;
      return EINVAL;
    }
    yield group.mutex.lock;
    yield domain.contract.enter('attach', 0, 0);
    yield group.devices.read;
    const empty = group.devices.value === null;
    const ret = empty ? ENODEV : yield* this.iommuGroupSetDomain(group, domain);
    yield domain.contract.leave('attach', 0, 0);
    yield group.mutex.unlock;
    return ret;
  }

  /** __iommu_group_set_domain: every device of the group, or none. */
  *iommuGroupSetDomain(this: IommuKernel, group: IommuGroup, domain: IommuDomain): Steps<number> {
    yield group.domain.read;
    const old = group.domain.value;
    if (old === domain) return 0;
    const devices = yield* this.groupDevices(group);
    for (const [i, device] of devices.entries()) {
      const ret = yield* this.iommuDeviceSetDomain(group, device, domain);
      if (ret === 0) continue;
      yield* this.iommuGroupRevertDomain(group, devices.slice(0, i + 1), old);
      return ret;
    }
    yield group.domain.write;
    group.domain.value = domain;
    return 0;
  }

  /**
   * Devices already switched, and the failing one, go back to the group's domain. There is none at
   * the first probe only: release cleans up.
   */
  *iommuGroupRevertDomain(
    this: IommuKernel,
    group: IommuGroup,
    devices: readonly Device[],
    old: IommuDomain | null,
  ): Steps {
    if (old === null) return;
    for (const device of devices) yield* this.iommuDeviceMustSetDomain(group, device, old);
  }

  /** IOMMU_SET_DOMAIN_MUST_SUCCEED: whatever a device answers, the others follow. */
  *iommuGroupSetDomainNofail(
    this: IommuKernel,
    group: IommuGroup,
    domain: IommuDomain,
  ): Steps<number> {
    yield group.domain.read;
    if (group.domain.value === domain) return 0;
    let result = 0;
    for (const device of yield* this.groupDevices(group)) {
      const ret = yield* this.iommuDeviceMustSetDomain(group, device, domain);
      if (ret !== 0) result = ret;
    }
    yield group.domain.write;
    group.domain.value = domain;
    return result;
  }

  /** for_each_group_device: the list as it is under group->mutex. */
  *groupDevices(this: IommuKernel, group: IommuGroup): Steps<Device[]> {
    const devices: Device[] = [];
    for (let at = yield* listFirst(group.devices); at !== null; at = yield* listNext(at))
      devices.push(at);
    return devices;
  }
}
