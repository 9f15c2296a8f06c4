// vfio_iommu_type1.c: open and release of a container's IOMMU, groups joining it
// (spec/coherency-and-ownership.md §2). All under vfio_iommu->lock.

import { EBUSY, EINVAL, ENODEV, ENOMEM, EPERM } from '../../../errno.ts';
import type { Steps } from '../../../runtime/index.ts';
import type { IommuDomain } from '../../core/domain.ts';
import type { Device, IommuInstance } from '../../core/objects.ts';
import type { IommuKernel } from '../../kernel.ts';
import type { ReservedRegion } from '../../vocabulary/index.ts';
import type { VfioGroup } from '../objects.ts';
import { everything, type Ranges } from '../ranges.ts';
import { Type1, Type1Group, VfioDomain } from './objects.ts';

/** VFIO_TYPE1_IOMMU, VFIO_TYPE1v2_IOMMU, VFIO_TYPE1_NESTING_IOMMU and the extensions. */
export const extensions = {
  type1: 1,
  type1v2: 3,
  dmaCcIommu: 4,
  nesting: 6,
  unmapAll: 9,
  updateVaddr: 10,
} as const;

export class Type1AttachSteps {
  *vfioIommuType1Open(this: IommuKernel, type: number): Steps<Type1 | number> {
    const v2 = type === extensions.type1v2 || type === extensions.nesting;
    if (!v2 && type !== extensions.type1) return EINVAL;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    yield this.world.env.local;
    const pageSize = 2 ** this.world.geometry.pageShift;
    return this.world.heap.create(Type1, v2, type === extensions.nesting, pageSize);
  }

  *vfioIommuType1AttachGroup(this: IommuKernel, iommu: Type1, group: VfioGroup): Steps<number> {
    yield iommu.lock.lock;
    const ret = yield* this.type1AttachLocked(iommu, group);
    yield iommu.lock.unlock;
    return ret;
  }

  *type1AttachLocked(this: IommuKernel, iommu: Type1, group: VfioGroup): Steps<number> {
    yield iommu.vaddrInvalidCount.read;
    if (iommu.vaddrInvalidCount.value > 0) return EBUSY;
    if ((yield* this.vfioIommuFindIommuGroup(iommu, group)) !== null) return EINVAL;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    yield this.world.env.local;
    const member = this.world.heap.create(Type1Group, group);
    if (group.emulated) {
      yield iommu.emulatedGroups.read;
      const others = iommu.emulatedGroups.value.items;
      yield iommu.emulatedGroups.write;
      iommu.emulatedGroups.value = iommu.emulatedGroups.of([...others, member]);
      return 0;
    }
    const ret = yield* this.type1AttachNewDomain(iommu, member);
    if (ret !== 0) yield member.free;
    return ret;
  }

  *vfioIommuFindIommuGroup(
    this: IommuKernel,
    iommu: Type1,
    group: VfioGroup,
  ): Steps<Type1Group | null> {
    yield iommu.domainList.read;
    for (const { groupList } of iommu.domainList.value.items) {
      yield groupList.read;
      const found = groupList.value.items.find((g) => g.group === group);
      if (found !== undefined) return found;
    }
    yield iommu.emulatedGroups.read;
    return iommu.emulatedGroups.value.items.find((g) => g.group === group) ?? null;
  }

  /** A domain for the group, attached; it stays only if no other domain can be shared. */
  *type1AttachNewDomain(this: IommuKernel, iommu: Type1, member: Type1Group): Steps<number> {
    const { iommuGroup } = member.group;
    const [first] = yield* this.groupDevices(iommuGroup);
    if (first === undefined) return ENODEV;
    const domain = yield* this.iommuDomainAlloc(first, 'unmanaged', 'vfio');
    if (typeof domain === 'number') return domain;
    let ret = yield* this.iommuAttachGroup(domain, iommuGroup);
    if (ret === 0) {
      const joined = yield* this.type1CheckAndJoin(iommu, member, domain);
      if (joined === 0) return 0;
      if (joined !== 'shared') yield* this.iommuDetachGroup(domain, iommuGroup);
      ret = joined === 'shared' ? 0 : joined;
    }
    yield* this.iommuDomainFree(domain);
    return ret;
  }

  /** What is left once the new domain is attached: checks, sharing, replay. */
  *type1CheckAndJoin(
    this: IommuKernel,
    iommu: Type1,
    member: Type1Group,
    domain: IommuDomain,
  ): Steps<number | 'shared'> {
    const reserved = yield* this.iommuGetGroupResvRegions(member.group);
    const valid = yield* this.type1CheckRanges(iommu, domain, reserved);
    if (typeof valid === 'number') return valid;
    if (!(yield* this.type1MsiIsolated(member.group))) return EPERM;
    const enforce = yield* this.type1EnforceCacheCoherency(domain);
    const shared = yield* this.type1ShareDomain(iommu, member, domain, enforce);
    if (typeof shared === 'number') return shared;
    if (!shared) {
      const ret = yield* this.type1AddDomain(iommu, member, domain, enforce, reserved);
      if (ret !== 0) return ret;
    }
    yield* this.type1GroupJoined(iommu, valid);
    return shared ? 'shared' : 0;
  }

  /** Aperture and reserved regions must leave every mapping alone: -EINVAL, or what is left. */
  *type1CheckRanges(
    this: IommuKernel,
    iommu: Type1,
    domain: IommuDomain,
    reserved: readonly ReservedRegion[],
  ): Steps<Ranges | number> {
    const aperture = this.type1Aperture(domain);
    yield iommu.iovaList.read;
    const old = iommu.iovaList.value ?? everything;
    yield iommu.dmaList.read;
    const dmas = iommu.dmaList.value.items;
    const left = old.intersect(aperture.start, aperture.end);
    if (left.intervals.length === 0) return EINVAL;
    if (!dmas.every((d) => aperture.start <= d.iova && d.end <= aperture.end)) return EINVAL;
    const hit = dmas.some((d) =>
      reserved.some((r) => d.iova < r.start + r.size && r.start < d.end),
    );
    if (hit) return EINVAL;
    return reserved.reduce((valid, r) => valid.without(r.start, r.start + r.size), left);
  }

  /** domain->geometry, the end exclusive. */
  type1Aperture(this: IommuKernel, domain: IommuDomain): { start: number; end: number } {
    const { start, end } = (domain.iommu as IommuInstance).aperture;
    return { start, end: end + 1 };
  }

  /** iommu_get_group_resv_regions. */
  *iommuGetGroupResvRegions(this: IommuKernel, group: VfioGroup): Steps<ReservedRegion[]> {
    const devices: Device[] = yield* this.groupDevices(group.iommuGroup);
    return devices.flatMap((d) => [...(d.spec.reserved ?? [])]);
  }

  /** iommu_group_has_isolated_msi, or the administrator allows unsafe interrupts. */
  *type1MsiIsolated(this: IommuKernel, group: VfioGroup): Steps<boolean> {
    if (this.world.topology.allowUnsafeInterrupts === true) return true;
    const devices: Device[] = yield* this.groupDevices(group.iommuGroup);
    return devices.every((d) => d.iommu.spec.isolatedMsi !== false);
  }

  /** Before anything is mapped: that is what the drivers ask for. */
  *type1EnforceCacheCoherency(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    return yield* this.opsEnforceCacheCoherency(domain);
  }

  /** A domain with the same ops and the same enforcement takes the group: whether one did. */
  *type1ShareDomain(
    this: IommuKernel,
    iommu: Type1,
    member: Type1Group,
    domain: IommuDomain,
    enforce: boolean,
  ): Steps<boolean | number> {
    const { iommuGroup } = member.group;
    yield iommu.domainList.read;
    for (const other of iommu.domainList.value.items) {
      if (!this.type1SameDomain(other, domain, enforce)) continue;
      yield* this.iommuDetachGroup(domain, iommuGroup);
      if ((yield* this.iommuAttachGroup(other.domain, iommuGroup)) === 0) {
        yield other.groupList.read;
        const members = other.groupList.value.items;
        yield other.groupList.write;
        other.groupList.value = other.groupList.of([...members, member]);
        return true;
      }
      const ret = yield* this.iommuAttachGroup(domain, iommuGroup);
      if (ret !== 0) return ret;
    }
    return false;
  }

  type1SameDomain(
    this: IommuKernel,
    other: VfioDomain,
    domain: IommuDomain,
    enforce: boolean,
  ): boolean {
    const sameOps = other.domain.iommu?.driver === domain.iommu?.driver;
    return sameOps && other.enforceCacheCoherency === enforce;
  }

  /** The new domain gets all mappings, the MSI cookie, and a place in the list. */
  *type1AddDomain(
    this: IommuKernel,
    iommu: Type1,
    member: Type1Group,
    domain: IommuDomain,
    enforce: boolean,
    reserved: readonly ReservedRegion[],
  ): Steps<number> {
    const ret = yield* this.vfioIommuReplay(iommu, domain);
    if (ret !== 0) return ret;
    const base = softwareMsi(reserved);
    if (base !== null) {
      const cookie = yield* this.iommuGetMsiCookie(domain, base);
      if (cookie !== 0 && cookie !== ENODEV) {
        yield* this.type1UndoReplay(iommu, domain);
        return cookie;
      }
    }
    yield this.world.env.local;
    const added = this.world.heap.create(VfioDomain, domain, enforce);
    yield added.groupList.write;
    added.groupList.value = added.groupList.of([member]);
    yield iommu.domainList.read;
    const others = iommu.domainList.value.items;
    yield iommu.domainList.write;
    iommu.domainList.value = iommu.domainList.of([...others, added]);
    yield* this.vfioUpdatePgsizeBitmap(iommu);
    return 0;
  }

  /** A replay that went well, taken back: pages are the first domain's, if it is the first. */
  *type1UndoReplay(this: IommuKernel, iommu: Type1, domain: IommuDomain): Steps {
    yield iommu.domainList.read;
    const first = iommu.domainList.value.items.length === 0;
    yield iommu.dmaList.read;
    const dmas = iommu.dmaList.value.items;
    for (const dma of first ? dmas : []) {
      yield dma.iommuMapped.write;
      dma.iommuMapped.value = false;
    }
    yield* this.vfioIommuReplayUnwind(iommu, domain, dmas);
  }

  *type1GroupJoined(this: IommuKernel, iommu: Type1, valid: Ranges): Steps {
    yield iommu.iovaList.write;
    iommu.iovaList.value = valid;
    yield iommu.numNonPinnedGroups.read;
    const count = iommu.numNonPinnedGroups.value;
    yield iommu.numNonPinnedGroups.write;
    iommu.numNonPinnedGroups.value = count + 1;
  }

  *vfioUpdatePgsizeBitmap(this: IommuKernel, iommu: Type1): Steps {
    yield iommu.domainList.read;
    const sizes = iommu.domainList.value.items.map((d) => d.domain.iommu?.pageSizes[0] ?? 0);
    yield iommu.pgsize.write;
    iommu.pgsize.value = Math.max(2 ** this.world.geometry.pageShift, ...sizes);
  }
}

/** vfio_iommu_has_sw_msi: the base of the software MSI window, where no hardware one is. */
function softwareMsi(reserved: readonly ReservedRegion[]): number | null {
  if (reserved.some((r) => r.kind === 'msi')) return null;
  return reserved.find((r) => r.kind === 'swMsi')?.start ?? null;
}
