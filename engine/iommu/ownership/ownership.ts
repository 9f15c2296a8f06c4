// DMA ownership of groups and devices: spec/coherency-and-ownership.md §4. All under group->mutex.

import { EBUSY, EINVAL, ENODEV, EPERM, EPROBE_DEFER } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { Device, IommuGroup } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import { callerBug } from './misuse.ts';

export class OwnershipSteps {
  /** iommu_device_use_default_domain: a bus binds a driver that uses the DMA API. */
  *iommuDeviceUseDefaultDomain(this: IommuKernel, device: Device): Steps<number> {
    const group = yield* this.iommuGroupOf(device);
    if (group === null) return 0;
    yield group.mutex.lock;
    let ret = yield* this.iommuDefaultDomainUsable(group);
    if (ret === 0) ret = yield* this.iommuCountUser(group);
    yield group.mutex.unlock;
    return ret;
  }

  /** A driver cannot be bound before the default domain is there: it is asked again later. */
  *iommuDefaultDomainUsable(this: IommuKernel, group: IommuGroup): Steps<number> {
    yield group.defaultDomain.read;
    return group.defaultDomain.value === null ? EPROBE_DEFER : 0;
  }

  *iommuCountUser(this: IommuKernel, group: IommuGroup): Steps<number> {
    yield group.ownerCnt.read;
    const count = group.ownerCnt.value;
    if (count > 0 && (yield* this.iommuInOtherHands(group))) return EBUSY;
    yield group.ownerCnt.write;
    group.ownerCnt.value = count + 1;
    return 0;
  }

  /** The group has an owner, another domain than the default one, or PASIDs. */
  *iommuInOtherHands(this: IommuKernel, group: IommuGroup): Steps<boolean> {
    if (!(yield* this.iommuHasDefaultDomain(group))) return true;
    yield group.owner.read;
    if (group.owner.value !== 0) return true;
    yield group.pasidCount.read;
    return group.pasidCount.value !== 0;
  }

  *iommuHasDefaultDomain(this: IommuKernel, group: IommuGroup): Steps<boolean> {
    yield group.domain.read;
    const current = group.domain.value;
    yield group.defaultDomain.read;
    return current === group.defaultDomain.value;
  }

  *iommuDeviceUnuseDefaultDomain(this: IommuKernel, device: Device): Steps {
    const group = yield* this.iommuGroupOf(device);
    if (group === null) return;
    yield group.mutex.lock;
    yield group.ownerCnt.read;
    const count = group.ownerCnt.value;
    callerBug(count === 0, 'unuse_default_domain of a group that nobody uses');
    yield group.pasidCount.read;
    callerBug(group.pasidCount.value !== 0, 'unuse_default_domain with a PASID attached');
    yield group.ownerCnt.write;
    group.ownerCnt.value = count - 1;
    yield group.mutex.unlock;
  }

  /** `owner`: a number other than 0 stands for the owner's pointer. */
  *iommuGroupClaimDmaOwner(this: IommuKernel, group: IommuGroup, owner: number): Steps<number> {
    if (owner === 0) {
      yield this.world.env.local;
      return EINVAL;
    }
    yield group.mutex.lock;
    const ret = yield* this.iommuGroupClaimLocked(group, owner);
    yield group.mutex.unlock;
    return ret;
  }

  /** Owned by whomever: -EPERM, also for the same owner. */
  *iommuGroupClaimLocked(this: IommuKernel, group: IommuGroup, owner: number): Steps<number> {
    yield group.ownerCnt.read;
    if (group.ownerCnt.value !== 0) return EPERM;
    return yield* this.iommuTakeDmaOwnership(group, owner);
  }

  *iommuDeviceClaimDmaOwner(this: IommuKernel, device: Device, owner: number): Steps<number> {
    if (owner === 0) {
      yield this.world.env.local;
      return EINVAL;
    }
    const group = yield* this.iommuGroupOf(device);
    if (group === null) return ENODEV;
    yield group.mutex.lock;
    const ret = yield* this.iommuDeviceClaimLocked(group, owner);
    yield group.mutex.unlock;
    return ret;
  }

  /** The same owner may claim more devices of the group: they are counted. */
  *iommuDeviceClaimLocked(this: IommuKernel, group: IommuGroup, owner: number): Steps<number> {
    yield group.ownerCnt.read;
    const count = group.ownerCnt.value;
    if (count === 0) return yield* this.iommuTakeDmaOwnership(group, owner);
    yield group.owner.read;
    if (group.owner.value !== owner) return EPERM;
    yield group.ownerCnt.write;
    group.ownerCnt.value = count + 1;
    return 0;
  }

  /** __iommu_take_dma_ownership: the blocking domain, then the owner. */
  *iommuTakeDmaOwnership(this: IommuKernel, group: IommuGroup, owner: number): Steps<number> {
    if (yield* this.iommuGroupInUse(group)) return EBUSY;
    let ret = yield* this.iommuAllocBlockingDomain(group);
    if (ret === 0) ret = yield* this.iommuSetBlockingDomain(group);
    if (ret !== 0) return ret;
    yield group.owner.write;
    group.owner.value = owner;
    yield group.ownerCnt.write;
    group.ownerCnt.value = 1;
    return 0;
  }

  /** Another domain than the default one is attached, or a PASID. */
  *iommuGroupInUse(this: IommuKernel, group: IommuGroup): Steps<boolean> {
    yield group.domain.read;
    const current = group.domain.value;
    yield group.defaultDomain.read;
    if (current !== null && current !== group.defaultDomain.value) return true;
    yield group.pasidCount.read;
    return group.pasidCount.value !== 0;
  }

  /** __iommu_group_alloc_blocking_domain: kept with the group from now on. */
  *iommuAllocBlockingDomain(this: IommuKernel, group: IommuGroup): Steps<number> {
    yield group.blockingDomain.read;
    if (group.blockingDomain.value !== null) return 0;
    yield group.devices.read;
    const first = group.devices.value;
    if (first === null) return ENODEV;
    const made =
      first.iommu.spec.blockedDomain === true
        ? this.world.core.blocked
        : yield* this.iommuDomainAlloc(first, 'unmanaged', 'core');
    if (typeof made === 'number') return made;
    yield group.blockingDomain.write;
    group.blockingDomain.value = made;
    return 0;
  }

  *iommuSetBlockingDomain(this: IommuKernel, group: IommuGroup): Steps<number> {
    yield group.blockingDomain.read;
    const blocking = group.blockingDomain.value;
    return blocking === null ? EINVAL : yield* this.iommuGroupSetDomain(group, blocking);
  }

  *iommuGroupReleaseDmaOwner(this: IommuKernel, group: IommuGroup): Steps {
    yield group.mutex.lock;
    yield* this.iommuReleaseDmaOwnership(group);
    yield group.mutex.unlock;
  }

  /** False for a device that has no group (any more). */
  *iommuDeviceReleaseDmaOwner(this: IommuKernel, device: Device): Steps<boolean> {
    const group = yield* this.iommuGroupOf(device);
    if (group === null) return false;
    yield group.mutex.lock;
    yield group.ownerCnt.read;
    const count = group.ownerCnt.value;
    if (count > 1) {
      yield group.ownerCnt.write;
      group.ownerCnt.value = count - 1;
    } else yield* this.iommuReleaseDmaOwnership(group);
    yield group.mutex.unlock;
    return true;
  }

  /** __iommu_release_dma_ownership. */
  *iommuReleaseDmaOwnership(this: IommuKernel, group: IommuGroup): Steps {
    yield group.owner.read;
    callerBug(group.owner.value === 0, 'release_dma_owner of a group that nobody owns');
    yield group.pasidCount.read;
    callerBug(group.pasidCount.value !== 0, 'release_dma_owner with a PASID attached');
    yield group.ownerCnt.write;
    group.ownerCnt.value = 0;
    yield group.owner.write;
    group.owner.value = 0;
    yield* this.iommuGroupSetCoreDomain(group);
  }
}
