// Hardware page tables: IOMMU_HWPT_ALLOC and their end (spec/cookies.md §4; order of checks as there).
// ioas->mutex is held from the allocation of a paging one until it is finalised or aborted.

import { EINVAL, ENOENT, ENOMEM, EOPNOTSUPP } from '../../errno.ts';
import { bugOn, type Steps } from '../../runtime/index.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import { type Entry, Hwpt, type Idev, type Ioas } from './objects.ts';

export const hwptFlags = { nestParent: 1, dirtyTracking: 2, faultId: 4 } as const;
const knownFlags = hwptFlags.nestParent | hwptFlags.dirtyTracking | hwptFlags.faultId;

export class HwptSteps {
  /** iommufd_hwpt_alloc: of an IOAS by slot, or nested in the hwpt of a slot. */
  *iommufdHwptAlloc(
    this: IommuKernel,
    entry: Entry,
    device: number,
    from: { readonly ioas: number } | { readonly parent: number },
    flags: number,
  ): Steps<number> {
    const idev = yield* this.iommufdGetDevice(device);
    if (idev === null) return ENOENT;
    let ret: number;
    if ('ioas' in from) {
      const ioas = yield* this.iommufdGetIoas(from.ioas);
      ret = ioas === null ? EINVAL : yield* this.iommufdHwptAllocPaging(entry, ioas, idev, flags);
      if (ioas !== null) yield* this.iommufdPutObject(ioas);
    } else {
      const parent = yield* this.iommufdGetHwpt(from.parent);
      ret =
        parent === null ? EINVAL : yield* this.iommufdHwptAllocNested(entry, parent, idev, flags);
      if (parent !== null) yield* this.iommufdPutObject(parent);
    }
    yield* this.iommufdPutObject(idev);
    return ret;
  }

  *iommufdHwptAllocPaging(
    this: IommuKernel,
    entry: Entry,
    ioas: Ioas,
    idev: Idev,
    flags: number,
  ): Steps<number> {
    yield ioas.mutex.lock;
    const hwpt = yield* this.iommufdHwptPagingAlloc(entry, ioas, idev, flags, false);
    const ret = typeof hwpt === 'number' ? hwpt : 0;
    if (typeof hwpt !== 'number') yield* this.iommufdObjectFinalize(hwpt);
    yield ioas.mutex.unlock;
    return ret;
  }

  /** iommufd_hwpt_paging_alloc. `entry` null: attaching to an IOAS makes it; `attach`: at once. */
  *iommufdHwptPagingAlloc(
    this: IommuKernel,
    entry: Entry | null,
    ioas: Ioas,
    idev: Idev,
    flags: number,
    attach: boolean,
  ): Steps<Hwpt | number> {
    const refused = this.iommufdHwptFlags(idev.device, flags);
    if (refused !== 0) return refused;
    const hwpt = yield* this.iommufdHwptObject(entry, ioas, null, flags);
    if (typeof hwpt === 'number') return hwpt;
    let ret = yield* this.iommufdHwptDomain(hwpt, idev);
    if (ret === 0 && attach) ret = yield* this.iommufdHwPagetableAttach(hwpt, idev);
    if (ret === 0) {
      ret = yield* this.iommufdHwptJoin(hwpt);
      if (ret === 0) return hwpt;
      if (attach) yield* this.iommufdHwptUndoAttach(idev);
    }
    yield* this.iommufdHwptAbort(hwpt);
    return ret;
  }

  /** What the flags ask for and the driver lacks. */
  iommufdHwptFlags(this: IommuKernel, { iommu }: Device, flags: number): number {
    if (flags === 0) return 0;
    if (iommu.driver === 'virtio') return EOPNOTSUPP;
    if ((flags & ~knownFlags) !== 0) return EOPNOTSUPP;
    if ((flags & hwptFlags.dirtyTracking) !== 0 && iommu.spec.dirtyTracking !== true)
      return EOPNOTSUPP;
    if ((flags & hwptFlags.faultId) !== 0 && (flags & hwptFlags.nestParent) !== 0)
      return EOPNOTSUPP;
    return (flags & hwptFlags.nestParent) !== 0 && iommu.driver === 'amd' ? EOPNOTSUPP : 0;
  }

  /** iommufd_object_alloc; the hwpt refers to what it is made of. */
  *iommufdHwptObject(
    this: IommuKernel,
    entry: Entry | null,
    ioas: Ioas,
    parent: Hwpt | null,
    flags: number,
  ): Steps<Hwpt | number> {
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    if (entry !== null && !(yield* this.iommufdReserveId(entry))) return EINVAL;
    yield (parent ?? ioas).users.get;
    yield this.world.env.local;
    return this.world.heap.create(Hwpt, entry, ioas, parent, flags);
  }

  /** The driver's domain, iommufd's tag, and coherency before any area is mapped. */
  *iommufdHwptDomain(this: IommuKernel, hwpt: Hwpt, idev: Idev): Steps<number> {
    const type = hwpt.parent === null ? 'unmanaged' : 'nested';
    const domain = yield* this.iommuDomainAlloc(idev.device, type, 'iommufd');
    if (typeof domain === 'number') return domain;
    yield hwpt.domain.writeOnce;
    hwpt.domain.value = domain;
    yield* this.iommufdTagDomain(domain, hwpt);
    if ((hwpt.flags & hwptFlags.dirtyTracking) !== 0) {
      yield domain.dirtyOps.writeOnce;
      domain.dirtyOps.value = true;
    }
    if (hwpt.parent !== null || !idev.enforceCacheCoherency) return 0;
    const forced = yield* this.opsEnforceCacheCoherency(domain);
    bugOn(!forced, 'a domain cannot be made coherent for the device it was allocated for');
    yield hwpt.enforceCacheCoherency.writeOnce;
    hwpt.enforceCacheCoherency.value = true;
    return 0;
  }

  *iommufdHwptJoin(this: IommuKernel, hwpt: Hwpt): Steps<number> {
    const { ioas } = hwpt;
    const domain = yield* this.iommufdDomainOf(hwpt);
    const ret = yield* this.ioptTableAddDomain(ioas.iopt, domain);
    if (ret !== 0) return ret;
    yield ioas.hwptList.exchange;
    ioas.hwptList.value = ioas.hwptList.value.with(hwpt);
    return 0;
  }

  *iommufdDomainOf(this: IommuKernel, hwpt: Hwpt): Steps<IommuDomain> {
    yield hwpt.domain.readOnce;
    return hwpt.domain.value as IommuDomain;
  }

  /** iommufd_hwpt_nested_alloc. */
  *iommufdHwptAllocNested(
    this: IommuKernel,
    entry: Entry,
    parent: Hwpt,
    idev: Idev,
    flags: number,
  ): Steps<number> {
    const { driver } = idev.device.iommu;
    if ((flags & ~hwptFlags.faultId) !== 0) return EOPNOTSUPP;
    if (driver !== 'intel' && driver !== 'arm') return EOPNOTSUPP;
    if (parent.parent !== null) return EINVAL;
    yield parent.autoDomain.readOnce;
    if (parent.autoDomain.value || (parent.flags & hwptFlags.nestParent) === 0) return EINVAL;
    const domain = yield* this.iommufdDomainOf(parent);
    if (domain.iommu?.driver !== driver) return EINVAL;
    const hwpt = yield* this.iommufdHwptObject(entry, parent.ioas, parent, flags);
    if (typeof hwpt === 'number') return hwpt;
    const ret = yield* this.iommufdHwptDomain(hwpt, idev);
    if (ret === 0) yield* this.iommufdObjectFinalize(hwpt);
    else yield* this.iommufdHwptAbort(hwpt);
    return ret;
  }

  /** iommufd_object_abort_and_destroy of a hwpt. */
  *iommufdHwptAbort(this: IommuKernel, hwpt: Hwpt): Steps {
    if (hwpt.parent === null) yield* this.iommufdHwptLeave(hwpt);
    yield* this.iommufdHwptFree(hwpt);
    yield* this.iommufdObjectAbort(hwpt.entry, hwpt);
  }

  /** Out of the IOAS, if it is in it; ioas->mutex is held. */
  *iommufdHwptLeave(this: IommuKernel, hwpt: Hwpt): Steps {
    const { ioas } = hwpt;
    yield ioas.hwptList.exchange;
    if (!ioas.hwptList.value.has(hwpt)) return;
    ioas.hwptList.value = ioas.hwptList.value.without(hwpt);
    yield* this.ioptTableRemoveDomain(ioas.iopt, yield* this.iommufdDomainOf(hwpt));
  }

  /** The destroy op: iommufd_hwpt_paging_destroy, iommufd_hwpt_nested_destroy. */
  *iommufdHwptDestroy(this: IommuKernel, hwpt: Hwpt): Steps {
    if (hwpt.parent === null) {
      const { mutex } = hwpt.ioas;
      yield mutex.lock;
      yield* this.iommufdHwptLeave(hwpt);
      yield mutex.unlock;
    }
    yield* this.iommufdHwptFree(hwpt);
  }

  /** Its domain, and its reference to the IOAS or the parent. */
  *iommufdHwptFree(this: IommuKernel, hwpt: Hwpt): Steps {
    yield hwpt.domain.readOnce;
    const domain = hwpt.domain.value;
    if (domain !== null) yield* this.iommuDomainFree(domain);
    yield (hwpt.parent ?? hwpt.ioas).users.put;
  }
}
