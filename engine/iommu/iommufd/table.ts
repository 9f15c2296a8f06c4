// Domains join an IO page table and leave it; reserved ranges (spec/cookies.md §4). Both semaphores
// are held for write: no area changes meanwhile.

import { EADDRINUSE, EEXIST, EINVAL, ENOMEM } from '../../errno.ts';
import { bugOn, type KernelObject, type Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import { firstArea, type Iopt, type IoptArea, IoptReserved } from './iopt.ts';

const ulongMax = 2 ** 64;

export class TableSteps {
  /** iopt_table_add_domain: filled with every area that there is, or left unchanged. */
  *ioptTableAddDomain(this: IommuKernel, iopt: Iopt, domain: IommuDomain): Steps<number> {
    yield iopt.domainsRwsem.downWrite;
    yield iopt.iovaRwsem.downWrite;
    const ret = yield* this.ioptAddDomainLocked(iopt, domain);
    yield iopt.iovaRwsem.upWrite;
    yield iopt.domainsRwsem.upWrite;
    return ret;
  }

  *ioptAddDomainLocked(this: IommuKernel, iopt: Iopt, domain: IommuDomain): Steps<number> {
    yield iopt.domains.read;
    if (iopt.domains.value.has(domain)) return EEXIST;
    const alignment = domain.iommu?.pageSizes[0] ?? 1;
    if (alignment > 2 ** this.world.geometry.pageShift) return EINVAL;
    const conforms = yield* this.ioptCheckIovaAlignment(iopt, alignment);
    if (conforms !== 0) return conforms;
    let ret = yield* this.ioptReserveAperture(iopt, domain);
    if (ret === 0) ret = yield* this.ioptFillDomain(iopt, domain);
    if (ret !== 0) {
      yield* this.ioptRemoveReservedLocked(iopt, domain);
      return ret;
    }
    yield iopt.iovaAlignment.write;
    iopt.iovaAlignment.value = alignment;
    yield iopt.domains.exchange;
    iopt.domains.value = iopt.domains.value.with(domain);
    return 0;
  }

  /** All existing areas conform to an increased page size. */
  *ioptCheckIovaAlignment(this: IommuKernel, iopt: Iopt, alignment: number): Steps<number> {
    yield iopt.iovaAlignment.read;
    if (alignment <= iopt.iovaAlignment.value) return 0;
    yield iopt.areas.read;
    const fits = (a: IoptArea) =>
      [a.iova, a.length, a.startByte].every((value) => value % alignment === 0);
    return iopt.areas.value.members.every(fits) ? 0 : EADDRINUSE;
  }

  /** No area is outside of the domain's aperture, and none will be. */
  *ioptReserveAperture(this: IommuKernel, iopt: Iopt, domain: IommuDomain): Steps<number> {
    const { start, end } = domain.iommu?.aperture ?? { start: 0, end: ulongMax };
    if (start !== 0) {
      const ret = yield* this.ioptReserveIova(iopt, 0, start - 1, domain);
      if (ret !== 0) return ret;
    }
    return end < ulongMax - 1 ? yield* this.ioptReserveIova(iopt, end + 1, ulongMax, domain) : 0;
  }

  /** iopt_reserve_iova; iova_rwsem is held for write. */
  *ioptReserveIova(
    this: IommuKernel,
    iopt: Iopt,
    start: U64,
    last: U64,
    owner: KernelObject,
  ): Steps<number> {
    yield iopt.areas.read;
    if (firstArea(iopt.areas.value, start, last) !== null) return EADDRINUSE;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    yield iopt.reserved.exchange;
    const reserved = this.world.heap.create(IoptReserved, start, last, owner);
    iopt.reserved.value = iopt.reserved.value.with(reserved);
    return 0;
  }

  /** iopt_fill_domain: areas that are being set up are filled by who sets them up. */
  *ioptFillDomain(this: IommuKernel, iopt: Iopt, domain: IommuDomain): Steps<number> {
    yield iopt.areas.read;
    const filled: IoptArea[] = [];
    for (const area of iopt.areas.value.members) {
      yield area.pages.read;
      const pages = area.pages.value;
      if (pages === null) continue;
      yield pages.mutex.lock;
      const ret = yield* this.ioptAreaFillDomain(iopt, area, pages, domain);
      yield pages.mutex.unlock;
      if (ret !== 0) {
        yield* this.ioptUnfillAreas(iopt, filled, domain);
        return ret;
      }
      filled.push(area);
    }
    return 0;
  }

  /** iopt_table_remove_domain. */
  *ioptTableRemoveDomain(this: IommuKernel, iopt: Iopt, domain: IommuDomain): Steps {
    yield iopt.domainsRwsem.downWrite;
    yield iopt.iovaRwsem.downWrite;
    yield iopt.domains.exchange;
    bugOn(!iopt.domains.value.has(domain), 'a domain leaves a table that it is not in');
    const left = iopt.domains.value.without(domain);
    iopt.domains.value = left;
    yield iopt.areas.read;
    yield* this.ioptUnfillAreas(iopt, iopt.areas.value.members, domain);
    yield* this.ioptRemoveReservedLocked(iopt, domain);
    if (left.empty) {
      yield iopt.iovaAlignment.write;
      iopt.iovaAlignment.value = 1;
    }
    yield iopt.iovaRwsem.upWrite;
    yield iopt.domainsRwsem.upWrite;
  }

  /** iopt_unfill_domain: the domain is not in the table; another may take its pins over. */
  *ioptUnfillAreas(
    this: IommuKernel,
    iopt: Iopt,
    areas: readonly IoptArea[],
    domain: IommuDomain,
  ): Steps {
    yield iopt.domains.read;
    const [heir] = iopt.domains.value.members;
    for (const area of areas) {
      yield area.pages.read;
      const pages = area.pages.value;
      if (pages === null) continue;
      yield pages.mutex.lock;
      yield* this.ioptAreaUnmapDomain(area, domain);
      if (heir === undefined) yield* this.ioptAreaUnfilled(area, pages);
      else yield* this.ioptStorageInherit(area, domain, heir);
      yield pages.mutex.unlock;
    }
  }

  *ioptStorageInherit(
    this: IommuKernel,
    area: IoptArea,
    domain: IommuDomain,
    heir: IommuDomain,
  ): Steps {
    yield area.storageDomain.read;
    if (area.storageDomain.value !== domain) return;
    yield area.storageDomain.write;
    area.storageDomain.value = heir;
  }

  *ioptRemoveReservedLocked(this: IommuKernel, iopt: Iopt, owner: KernelObject): Steps {
    yield iopt.reserved.read;
    for (const reserved of iopt.reserved.value.members) {
      if (reserved.owner !== owner) continue;
      yield iopt.reserved.exchange;
      iopt.reserved.value = iopt.reserved.value.without(reserved);
      yield reserved.free;
    }
  }

  /** iopt_remove_reserved_iova. */
  *ioptRemoveReservedIova(this: IommuKernel, iopt: Iopt, owner: KernelObject): Steps {
    yield iopt.iovaRwsem.downWrite;
    yield* this.ioptRemoveReservedLocked(iopt, owner);
    yield iopt.iovaRwsem.upWrite;
  }

  /** iopt_table_enforce_dev_resv_regions: all of the device's reserved regions, or none. */
  *ioptTableEnforceDevResvRegions(this: IommuKernel, iopt: Iopt, device: Device): Steps<number> {
    const regions = device.spec.reserved ?? [];
    if (regions.length === 0) return 0;
    yield iopt.iovaRwsem.downWrite;
    let ret = 0;
    for (const { start, size } of regions) {
      ret = yield* this.ioptReserveIova(iopt, start, start + size - 1, device);
      if (ret !== 0) break;
    }
    const count = (kind: string) => regions.filter((r) => r.kind === kind).length;
    if (ret === 0 && (count('swMsi') > 1 || (count('swMsi') > 0 && count('msi') > 0))) ret = EINVAL;
    if (ret !== 0) yield* this.ioptRemoveReservedLocked(iopt, device);
    yield iopt.iovaRwsem.upWrite;
    return ret;
  }
}
