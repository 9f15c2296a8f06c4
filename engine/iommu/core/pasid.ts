// Domains attached to a PASID of a group's devices: spec/iommu-core.md §3. Under group->mutex.

import { EBUSY, EINVAL, ENODEV, ENOMEM, EOPNOTSUPP } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { IommuDomain } from './domain.ts';
import type { Device, IommuGroup } from './objects.ts';

const hasPasids = (device: Device): boolean => (device.spec.maxPasids ?? 0) > 0;

export class PasidSteps {
  /** iommu_attach_device_pasid. */
  *iommuAttachDevicePasid(
    this: IommuKernel,
    domain: IommuDomain,
    device: Device,
    pasid: number,
  ): Steps<number> {
    yield this.world.env.local;
    if (!this.opsHasPasid(domain)) return EOPNOTSUPP;
    const group = yield* this.iommuGroupOf(device);
    if (group === null) return ENODEV;
    if (device.iommu.driver !== domain.iommu?.driver || pasid === 0) return EINVAL;
    yield group.mutex.lock;
    yield domain.contract.enter('attach', 0, 0);
    const ret = yield* this.iommuAttachPasidLocked(domain, group, device, pasid);
    yield domain.contract.leave('attach', 0, 0);
    yield group.mutex.unlock;
    return ret;
  }

  *iommuAttachPasidLocked(
    this: IommuKernel,
    domain: IommuDomain,
    group: IommuGroup,
    device: Device,
    pasid: number,
  ): Steps<number> {
    const all = yield* this.groupDevices(group);
    if (!all.includes(device)) return ENODEV;
    const devices = all.filter(hasPasids);
    if (devices.some((d) => pasid >= (d.spec.maxPasids ?? 0))) return EINVAL;
    const inserted = yield* this.pasidArrayInsert(group, pasid, domain);
    if (inserted !== 0) return inserted;
    const ret = yield* this.iommuSetGroupPasid(domain, devices, pasid);
    if (ret !== 0) yield* this.pasidArrayErase(group, pasid);
    return ret;
  }

  /** __iommu_set_group_pasid: all devices, or none. */
  *iommuSetGroupPasid(
    this: IommuKernel,
    domain: IommuDomain,
    devices: readonly Device[],
    pasid: number,
  ): Steps<number> {
    for (const [i, device] of devices.entries()) {
      const ret = yield* this.opsSetDevPasid(domain, device, pasid);
      if (ret === 0) continue;
      yield* this.iommuUndoGroupPasid(domain, devices, i, pasid);
      return ret;
    }
    return 0;
  }

  /** Undoes the first `done` devices: the others have nothing of ours. */
  *iommuUndoGroupPasid(
    this: IommuKernel,
    domain: IommuDomain,
    devices: readonly Device[],
    done: number,
    pasid: number,
  ): Steps {
    for (const device of devices.slice(0, done))
      yield* this.opsRemoveDevPasid(domain, device, pasid);
  }

  /** iommu_detach_device_pasid. False where the PASID is not attached to this domain. */
  *iommuDetachDevicePasid(
    this: IommuKernel,
    domain: IommuDomain,
    device: Device,
    pasid: number,
  ): Steps<boolean> {
    const group = yield* this.iommuGroupOf(device);
    if (group === null) return false;
    yield group.mutex.lock;
    const entry = group.pasid(pasid);
    yield entry.read;
    const right = entry.value === domain;
    if (right) {
      for (const d of (yield* this.groupDevices(group)).filter(hasPasids))
        yield* this.opsRemoveDevPasid(domain, d, pasid);
      yield* this.pasidArrayErase(group, pasid);
    }
    yield group.mutex.unlock;
    return right;
  }

  /** xa_insert. */
  *pasidArrayInsert(
    this: IommuKernel,
    group: IommuGroup,
    pasid: number,
    domain: IommuDomain,
  ): Steps<number> {
    const entry = group.pasid(pasid);
    yield entry.read;
    if (entry.value !== null) return EBUSY;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    yield entry.write;
    entry.value = domain;
    yield group.pasidCount.read;
    const count = group.pasidCount.value;
    yield group.pasidCount.write;
    group.pasidCount.value = count + 1;
    return 0;
  }

  /** xa_erase. */
  *pasidArrayErase(this: IommuKernel, group: IommuGroup, pasid: number): Steps {
    yield group.pasid(pasid).write;
    group.pasid(pasid).value = null;
    yield group.pasidCount.read;
    const count = group.pasidCount.value;
    yield group.pasidCount.write;
    group.pasidCount.value = count - 1;
  }
}
