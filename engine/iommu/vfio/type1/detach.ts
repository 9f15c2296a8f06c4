// vfio_iommu_type1.c: groups leaving, and the end of a container's IOMMU
// (spec/coherency-and-ownership.md §2). All under vfio_iommu->lock.

import { bugOn, type Steps } from '../../../runtime/index.ts';
import type { IommuKernel } from '../../kernel.ts';
import type { VfioGroup } from '../objects.ts';
import { everything } from '../ranges.ts';
import type { Type1, Type1Group, VfioDma, VfioDomain } from './objects.ts';

export class Type1DetachSteps {
  *vfioIommuType1DetachGroup(this: IommuKernel, iommu: Type1, group: VfioGroup): Steps {
    yield iommu.lock.lock;
    if (group.emulated) yield* this.type1DetachEmulated(iommu, group);
    else yield* this.type1DetachReal(iommu, group);
    yield iommu.lock.unlock;
  }

  *type1DetachEmulated(this: IommuKernel, iommu: Type1, group: VfioGroup): Steps {
    yield iommu.emulatedGroups.read;
    const members = iommu.emulatedGroups.value.items;
    const member = members.find((m) => m.group === group);
    if (member === undefined) return;
    const left = members.filter((m) => m !== member);
    yield iommu.emulatedGroups.write;
    iommu.emulatedGroups.value = iommu.emulatedGroups.of(left);
    yield member.free;
    yield* this.type1EmulatedLeft(iommu, left.length);
  }

  /** With the last group of all go the mappings. */
  *type1EmulatedLeft(this: IommuKernel, iommu: Type1, left: number): Steps {
    yield iommu.domainList.read;
    if (left > 0 || iommu.domainList.value.items.length > 0) return;
    yield* this.type1CheckDevicesGone(iommu);
    yield* this.vfioIommuUnmapUnpinAll(iommu);
  }

  /** WARN_ON(!list_empty(&iommu->device_list)). */
  *type1CheckDevicesGone(this: IommuKernel, iommu: Type1): Steps {
    yield iommu.deviceList.read;
    bugOn(iommu.deviceList.value.items.length > 0, 'the last group goes while a device is open');
  }

  *type1DetachReal(this: IommuKernel, iommu: Type1, group: VfioGroup): Steps {
    yield iommu.domainList.read;
    for (const domain of iommu.domainList.value.items) {
      yield domain.groupList.read;
      const members = domain.groupList.value.items;
      const member = members.find((m) => m.group === group);
      if (member === undefined) continue;
      yield* this.iommuDetachGroup(domain.domain, group.iommuGroup);
      yield member.pinnedPageDirtyScope.read;
      const promotes = !member.pinnedPageDirtyScope.value;
      yield* this.type1DropMember(iommu, domain, member);
      yield* this.type1RefreshIovaList(iommu);
      if (promotes) yield* this.type1GroupLeft(iommu);
      return;
    }
  }

  *type1DropMember(this: IommuKernel, iommu: Type1, domain: VfioDomain, member: Type1Group): Steps {
    yield domain.groupList.read;
    const left = domain.groupList.value.items.filter((m) => m !== member);
    yield domain.groupList.write;
    domain.groupList.value = domain.groupList.of(left);
    yield member.free;
    if (left.length === 0) yield* this.type1DropDomain(iommu, domain);
  }

  /** The last group of a domain has gone; with the last domain go all mappings. */
  *type1DropDomain(this: IommuKernel, iommu: Type1, domain: VfioDomain): Steps {
    yield iommu.domainList.read;
    const left = iommu.domainList.value.items.filter((d) => d !== domain);
    if (left.length === 0) yield* this.type1LastDomain(iommu);
    yield* this.iommuDomainFree(domain.domain);
    yield iommu.domainList.write;
    iommu.domainList.value = iommu.domainList.of(left);
    yield domain.free;
    yield* this.vfioUpdatePgsizeBitmap(iommu);
  }

  *type1LastDomain(this: IommuKernel, iommu: Type1): Steps {
    yield iommu.emulatedGroups.read;
    if (iommu.emulatedGroups.value.items.length > 0) {
      yield* this.vfioIommuUnmapUnpinReaccount(iommu);
      return;
    }
    yield* this.type1CheckDevicesGone(iommu);
    yield* this.vfioIommuUnmapUnpinAll(iommu);
  }

  *vfioIommuUnmapUnpinAll(this: IommuKernel, iommu: Type1): Steps {
    for (;;) {
      yield iommu.dmaList.read;
      const [first] = iommu.dmaList.value.items;
      if (first === undefined) return;
      yield* this.vfioRemoveDma(iommu, first);
    }
  }

  /** Mediated devices are left: only what they have pinned stays accounted. */
  *vfioIommuUnmapUnpinReaccount(this: IommuKernel, iommu: Type1): Steps {
    yield iommu.dmaList.read;
    for (const dma of iommu.dmaList.value.items) yield* this.type1Reaccount(iommu, dma);
  }

  *type1Reaccount(this: IommuKernel, iommu: Type1, dma: VfioDma): Steps {
    const unlocked = yield* this.type1UnmapDomains(iommu, dma, dma.size);
    yield dma.pfnList.read;
    yield* this.vfioLockAcct(dma, dma.pfnList.value.items.length - unlocked);
  }

  /**
   * vfio_iommu_aper_expand and vfio_iommu_resv_refresh: what the domains and groups left forbid.
   */
  *type1RefreshIovaList(this: IommuKernel, iommu: Type1): Steps {
    yield iommu.domainList.read;
    const domains = iommu.domainList.value.items;
    let valid = everything;
    for (const { domain, groupList } of domains) {
      const { start, end } = this.type1Aperture(domain);
      valid = valid.intersect(start, end);
      yield groupList.read;
      for (const { group } of groupList.value.items)
        for (const r of yield* this.iommuGetGroupResvRegions(group))
          valid = valid.without(r.start, r.start + r.size);
    }
    yield iommu.iovaList.write;
    iommu.iovaList.value = domains.length === 0 ? null : valid;
  }

  /** The scope of dirty pages may be promoted: what the group wrote before must not be lost. */
  *type1GroupLeft(this: IommuKernel, iommu: Type1): Steps {
    yield* this.type1LessNonPinned(iommu);
    yield iommu.dirtyPageTracking.read;
    if (iommu.dirtyPageTracking.value) yield* this.vfioIommuPopulateBitmapFull(iommu);
  }

  *type1LessNonPinned(this: IommuKernel, iommu: Type1): Steps {
    yield iommu.numNonPinnedGroups.read;
    const count = iommu.numNonPinnedGroups.value;
    yield iommu.numNonPinnedGroups.write;
    iommu.numNonPinnedGroups.value = count - 1;
  }

  /** driver->ops->release: the container has no group any more. */
  *vfioIommuType1Release(this: IommuKernel, iommu: Type1): Steps {
    yield iommu.lock.lock;
    yield* this.vfioIommuUnmapUnpinAll(iommu);
    yield iommu.lock.unlock;
    yield iommu.free;
  }
}
