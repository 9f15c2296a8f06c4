// Domains and groups: allocation, attach, detach, replace (spec/iommu-core.md §3, §11,
// spec/coherency-and-ownership.md §5). All of one group under group->mutex.

import { EBUSY, EINVAL, ENODEV } from '../../errno.ts';
import { listNodes, type Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { DomainType } from '../vocabulary/index.ts';
import type { DomainClient, IommuDomain } from './domain.ts';
import type { Device, IommuGroup } from './objects.ts';

export class AttachSteps {
  /** __iommu_domain_alloc: a domain, or an errno. */
  *iommuDomainAlloc(
    this: IommuKernel,
    device: Device,
    type: DomainType,
    client: DomainClient,
  ): Steps<IommuDomain | number> {
    const domain = yield* this.opsDomainAlloc(device, type, client);
    if (typeof domain === 'number') return domain;
    if (type !== 'dma' && type !== 'dmaFq') return domain;
    const ret = yield* this.iommuGetDmaCookie(domain);
    if (ret === 0) return domain;
    yield* this.iommuDomainFree(domain);
    return ret;
  }

  /** The caller guarantees that nobody is attached any more. */
  *iommuDomainFree(this: IommuKernel, domain: IommuDomain): Steps {
    yield domain.contract.enter('free', 0, Number.MAX_SAFE_INTEGER);
    yield* this.iommuPutCookie(domain);
    yield* this.opsDomainFree(domain);
  }

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
    yield group.domain.read;
    const current = group.domain.value;
    yield group.defaultDomain.read;
    const standard = group.defaultDomain.value;
    yield group.blockingDomain.read;
    if (current !== null && current !== standard && current !== group.blockingDomain.value)
      return EBUSY;
    yield group.devices.read;
    const first = group.devices.value;
    if (first === null) return ENODEV;
    if (domain.iommu !== null && first.iommu.driver !== domain.iommu.driver) return EINVAL;
    return yield* this.iommuGroupSetDomain(group, domain);
  }

  *iommuDetachGroup(this: IommuKernel, _domain: IommuDomain, group: IommuGroup): Steps {
    yield group.mutex.lock;
    yield* this.iommuGroupSetCoreDomain(group);
    yield group.mutex.unlock;
  }

  /** __iommu_group_set_core_domain: the blocking domain while owned, else the default one. */
  *iommuGroupSetCoreDomain(this: IommuKernel, group: IommuGroup): Steps {
    yield group.owner.read;
    const owned = group.owner.value !== 0;
    const cell = owned ? group.blockingDomain : group.defaultDomain;
    yield cell.read;
    const domain = cell.value;
    if (domain !== null) yield* this.iommuGroupSetDomainNofail(group, domain);
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
    const ret = yield* this.iommuGroupSetDomain(group, domain);
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

  /** Devices already switched, and the failing one, go back to the group's domain. */
  *iommuGroupRevertDomain(
    this: IommuKernel,
    group: IommuGroup,
    devices: readonly Device[],
    old: IommuDomain | null,
  ): Steps {
    if (old === null) return;
    for (const device of devices) yield* this.iommuDeviceSetDomain(group, device, old);
  }

  *iommuGroupSetDomainNofail(this: IommuKernel, group: IommuGroup, domain: IommuDomain): Steps {
    yield* this.iommuGroupSetDomain(group, domain);
  }

  /** __iommu_device_set_domain. */
  *iommuDeviceSetDomain(
    this: IommuKernel,
    _group: IommuGroup,
    device: Device,
    domain: IommuDomain,
  ): Steps<number> {
    return yield* this.opsAttachDev(domain, device);
  }

  /** for_each_group_device: the list as it is under group->mutex. */
  *groupDevices(this: IommuKernel, group: IommuGroup): Steps<Device[]> {
    yield group.devices.read;
    return listNodes<Device>(group.devices);
  }
}
