// The drivers' side of attaching: ops->attach_dev, release_device, set_dev_pasid. Which devices a
// domain has is kept under domain->lock; the translation entry is one store.

import { EBUSY, EINVAL, ENOMEM } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import { type IommuDomain, isPaging } from './domain.ts';
import type { Device } from './objects.ts';

export class DriverAttachSteps {
  /** ops->attach_dev. On an error the device stays where it is. */
  *opsAttachDev(this: IommuKernel, domain: IommuDomain, device: Device): Steps<number> {
    if (device.iommu.driver === 'virtio') return yield* this.viommuAttachDev(domain, device);
    if (domain.type === 'blocked') {
      yield* this.opsBlockDev(device, domain);
      return 0;
    }
    if (yield* this.opsAlreadyAttached(domain, device)) return 0;
    if (!this.opsCompatible(domain, device)) return EINVAL;
    const ret = yield* this.opsAddDevice(domain, device);
    if (ret !== 0) return ret;
    if (yield* this.world.refuses('attach_dev')) {
      yield* this.opsRemoveDevice(domain, device);
      return ENOMEM;
    }
    yield* this.opsSetEntry(domain, device);
    yield device.domain.exchange;
    const old = device.domain.value;
    device.domain.value = domain;
    if (old !== null && old !== domain) yield* this.opsDetachDev(old, device);
    return 0;
  }

  /** amd_iommu_attach_device: nothing to do for the current domain (spec/iommu-core.md §10). */
  *opsAlreadyAttached(this: IommuKernel, domain: IommuDomain, device: Device): Steps<boolean> {
    if (device.iommu.driver !== 'amd') return false;
    yield device.domain.readOnce;
    return device.domain.value === domain;
  }

  /** prepare_domain_attach_device and its like, as far as it depends on constants. */
  opsCompatible(this: IommuKernel, domain: IommuDomain, device: Device): boolean {
    if (domain.iommu === null || domain.iommu === device.iommu) return true;
    if (domain.iommu.driver !== device.iommu.driver || device.iommu.driver === 'arm') return false;
    return domain.iommu.aperture.end <= device.iommu.aperture.end;
  }

  /** Into domain->devices; of a forced domain only where the IOMMU can force snooping. */
  *opsAddDevice(this: IommuKernel, domain: IommuDomain, device: Device): Steps<number> {
    yield domain.lock.lock;
    let ret = yield* this.opsCheckSnooping(domain, device);
    if (ret === 0) ret = yield* this.attachKeepsTracking(domain, device);
    if (ret === 0) {
      yield domain.attached.exchange;
      domain.attached.value |= 1 << device.index;
      yield* this.trackNewDevice(domain, device);
    }
    yield domain.lock.unlock;
    return ret;
  }

  /** Out of domain->devices again, unless that is where the device was before. */
  *opsRemoveDevice(this: IommuKernel, domain: IommuDomain, device: Device): Steps {
    yield device.domain.readOnce;
    if (device.domain.value === domain) return;
    yield domain.lock.lock;
    yield domain.attached.exchange;
    domain.attached.value &= ~(1 << device.index);
    yield domain.lock.unlock;
  }

  /** spec/coherency-and-ownership.md §1: a forced domain takes no device without snoop control. */
  *opsCheckSnooping(this: IommuKernel, domain: IommuDomain, device: Device): Steps<number> {
    if (device.iommu.driver !== 'intel' || device.iommu.spec.snoopControl !== false) return 0;
    yield domain.forceSnooping.readOnce;
    return domain.forceSnooping.value ? EINVAL : 0;
  }

  /** The translation entry of the device's requester id. */
  *opsSetEntry(this: IommuKernel, domain: IommuDomain, device: Device): Steps {
    yield device.rid.domain.writeOnce;
    device.rid.domain.value = domain;
  }

  /** What the driver undoes of the old domain once the new one is in force. */
  *opsDetachDev(this: IommuKernel, domain: IommuDomain, device: Device): Steps {
    if (domain.type === 'blocked') return;
    yield domain.lock.lock;
    yield domain.attached.exchange;
    domain.attached.value &= ~(1 << device.index);
    yield domain.lock.unlock;
    yield* this.opsFlushIotlbAll(domain);
  }

  /** Blocks DMA of the device, which always succeeds; `blocked`: by this domain. */
  *opsBlockDev(this: IommuKernel, device: Device, blocked: IommuDomain | null): Steps {
    if (device.iommu.driver === 'virtio') {
      yield* this.viommuBlockDev(device);
      return;
    }
    yield* this.opsClearEntry(device);
    yield device.domain.exchange;
    const old = device.domain.value;
    device.domain.value = blocked;
    if (old !== null) yield* this.opsDetachDev(old, device);
  }

  /** ops->release_device: uses no domain any more. An alias that is left keeps the entry. */
  *opsReleaseDevice(this: IommuKernel, device: Device): Steps {
    if (device.iommu.driver === 'virtio') {
      yield* this.viommuReleaseDevice(device);
      return;
    }
    yield* this.opsReleasePasids(device);
    yield device.domain.exchange;
    const old = device.domain.value;
    device.domain.value = null;
    if (!(yield* this.opsAliasStays(device))) yield* this.opsClearEntry(device);
    if (old !== null) yield* this.opsDetachDev(old, device);
  }

  *opsClearEntry(this: IommuKernel, device: Device): Steps {
    yield device.rid.domain.writeOnce;
    device.rid.domain.value = null;
  }

  /** The entry is that of another device with the same requester id as well. */
  *opsAliasStays(this: IommuKernel, device: Device): Steps<boolean> {
    const aliases = this.world.devices.filter((d) => d !== device && d.rid === device.rid);
    if (aliases.length === 0) return false;
    yield device.rid.domain.readOnce;
    const entry = device.rid.domain.value;
    for (const alias of aliases) {
      yield alias.domain.readOnce;
      if (alias.domain.value === entry) return true;
    }
    return false;
  }

  /** The entries of all PASIDs of a device that goes. */
  *opsReleasePasids(this: IommuKernel, device: Device): Steps {
    for (const pasid of device.pasidsTouched()) {
      const entry = device.pasid(pasid);
      yield entry.exchange;
      const domain = entry.value;
      entry.value = null;
      if (domain !== null) yield* this.opsFlushIotlbAll(domain);
    }
  }

  /** Whether the driver has ops->set_dev_pasid for the domain. */
  opsHasPasid(this: IommuKernel, domain: IommuDomain): boolean {
    if (domain.iommu?.driver === 'virtio') return false;
    return isPaging(domain.type) || domain.type === 'sva';
  }

  /** ops->set_dev_pasid. On an error the entry stays as it is. */
  *opsSetDevPasid(
    this: IommuKernel,
    domain: IommuDomain,
    device: Device,
    pasid: number,
  ): Steps<number> {
    if (device.spec.ownPasids?.includes(pasid) === true) return EBUSY;
    if (yield* this.world.refuses('set_pasid')) return ENOMEM;
    yield device.pasid(pasid).writeOnce;
    device.pasid(pasid).value = domain;
    return 0;
  }

  /** ops->remove_dev_pasid. */
  *opsRemoveDevPasid(this: IommuKernel, domain: IommuDomain, device: Device, pasid: number): Steps {
    yield device.pasid(pasid).writeOnce;
    device.pasid(pasid).value = null;
    yield* this.opsFlushIotlbAll(domain);
  }
}
