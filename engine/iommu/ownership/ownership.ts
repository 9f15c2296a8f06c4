// DMA ownership of groups and devices: spec/coherency-and-ownership.md §4. All under group->mutex.

import { EPERM } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { IommuGroup } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';

export class OwnershipSteps {
  /** `owner`: a number other than 0 stands for the owner's pointer. */
  *iommuGroupClaimDmaOwner(this: IommuKernel, group: IommuGroup, owner: number): Steps<number> {
    yield group.mutex.lock;
    yield group.ownerCnt.read;
    let ret = EPERM;
    if (group.ownerCnt.value === 0) ret = yield* this.iommuTakeDmaOwnership(group, owner);
    yield group.mutex.unlock;
    return ret;
  }

  /** __iommu_take_dma_ownership: the blocking domain, then the owner. */
  *iommuTakeDmaOwnership(this: IommuKernel, group: IommuGroup, owner: number): Steps<number> {
    yield group.blockingDomain.read;
    let blocking = group.blockingDomain.value;
    if (blocking === null) {
      const [first] = yield* this.groupDevices(group);
      if (first === undefined) return EPERM;
      const type = first.iommu.spec.blockedDomain === true ? 'blocked' : 'unmanaged';
      const made = yield* this.iommuDomainAlloc(first, type, 'core');
      if (typeof made === 'number') return made;
      blocking = made;
      yield group.blockingDomain.write;
      group.blockingDomain.value = blocking;
    }
    const ret = yield* this.iommuGroupSetDomain(group, blocking);
    if (ret !== 0) return ret;
    yield group.owner.write;
    group.owner.value = owner;
    yield group.ownerCnt.write;
    group.ownerCnt.value = 1;
    return 0;
  }

  *iommuGroupReleaseDmaOwner(this: IommuKernel, group: IommuGroup): Steps {
    yield group.mutex.lock;
    yield group.owner.write;
    group.owner.value = 0;
    yield group.ownerCnt.write;
    group.ownerCnt.value = 0;
    yield group.defaultDomain.read;
    const domain = group.defaultDomain.value;
    if (domain !== null) yield* this.iommuGroupSetDomainNofail(group, domain);
    yield group.mutex.unlock;
  }
}
