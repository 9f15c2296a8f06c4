// One device of a group changes domains: spec/coherency-and-ownership.md §5, spec/iommu-core.md §11.
// What all the devices of a group do is in attach.ts.

import { EINVAL } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { IommuDomain } from './domain.ts';
import type { Device, IommuGroup } from './objects.ts';

export class DeviceDomainSteps {
  /** __iommu_device_set_domain. */
  *iommuDeviceSetDomain(
    this: IommuKernel,
    group: IommuGroup,
    device: Device,
    domain: IommuDomain,
  ): Steps<number> {
    if (device.requireDirect && (yield* this.iommuIsBlocking(group, domain))) return EINVAL;
    if (
      device.spec.attachDeferred === true &&
      (yield* this.iommuStillDeferred(group, device, domain))
    )
      return 0;
    return yield* this.opsAttachDev(domain, device);
  }

  /** A device that cannot be attached must not go on with a domain that may be freed. */
  *iommuDeviceMustSetDomain(
    this: IommuKernel,
    group: IommuGroup,
    device: Device,
    domain: IommuDomain,
  ): Steps<number> {
    const ret = yield* this.iommuDeviceSetDomain(group, device, domain);
    if (ret !== 0) yield* this.iommuDeviceFallBack(group, device, domain);
    return ret;
  }

  /** The blocking domain if there is one; else the driver blocks the device, which cannot fail. */
  *iommuDeviceFallBack(
    this: IommuKernel,
    group: IommuGroup,
    device: Device,
    domain: IommuDomain,
  ): Steps {
    yield group.blockingDomain.read;
    const blocking = group.blockingDomain.value;
    const tried = blocking !== null && blocking !== domain;
    if (tried && (yield* this.opsAttachDev(blocking, device)) === 0) return;
    yield* this.opsBlockDev(device, null);
  }

  /** IOMMU_RESV_DIRECT: the blocking domain lacks the device's 1:1 mappings. */
  *iommuIsBlocking(this: IommuKernel, group: IommuGroup, domain: IommuDomain): Steps<boolean> {
    if (domain.type === 'blocked') return true;
    yield group.blockingDomain.read;
    return group.blockingDomain.value === domain;
  }

  /** kdump: the default domain waits for the first mapping; any other attach ends the waiting. */
  *iommuStillDeferred(
    this: IommuKernel,
    group: IommuGroup,
    device: Device,
    domain: IommuDomain,
  ): Steps<boolean> {
    yield device.attachDeferred.readOnce;
    if (!device.attachDeferred.value) return false;
    yield group.defaultDomain.read;
    if (group.defaultDomain.value === domain) return true;
    yield device.attachDeferred.writeOnce;
    device.attachDeferred.value = false;
    return false;
  }

  /** iommu_deferred_attach, by the first dma_map of a device: its group's default domain. */
  *iommuDeferredAttach(this: IommuKernel, domain: IommuDomain, device: Device): Steps<number> {
    if (device.spec.attachDeferred !== true) return 0;
    yield device.attachDeferred.readOnce;
    if (!device.attachDeferred.value) return 0;
    const ret = yield* this.opsAttachDev(domain, device);
    if (ret !== 0) return ret;
    yield device.attachDeferred.writeOnce;
    device.attachDeferred.value = false;
    return 0;
  }
}
