// map, unmap, lookup and sync of virtio-iommu: spec/virtio-domain.md §5. The shadow and what is
// sent of it change under mappings_lock; whether anybody must be told is known under request_lock.

import { EEXIST, EINVAL, ERANGE } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { Gather } from '../core/gather.ts';
import { prot } from '../core/leaf.ts';
import type { IommuInstance } from '../core/objects.ts';
import type { Mapped } from '../core/radix.ts';
import type { IommuKernel } from '../kernel.ts';
import { mapFlag, type Mapping, type Mappings, noMappings } from './mappings.ts';
import type { ViommuDev, ViommuDomain } from './objects.ts';
import type { Request } from './requests.ts';

export class ViommuMappingSteps {
  /** One mapping of the device for the whole run. */
  *viommuMapPages(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pa: U64,
    pgsize: number,
    count: number,
    protection: number,
  ): Steps<Mapped> {
    const vdomain = domain as ViommuDomain;
    const size = pgsize * count;
    const flags = viommuFlags(protection);
    yield vdomain.mapFlags.read;
    if ((flags & ~vdomain.mapFlags.value) !== 0) return { ret: EINVAL, mapped: 0 };
    const mapping = { start: iova, last: iova + size - 1, phys: pa, flags };
    const ret = yield* this.viommuMapMapping(vdomain, mapping);
    return { ret, mapped: ret === 0 ? yield* this.viommuBytesMapped(vdomain, size) : 0 };
  }

  /** Since 6.1.39 a domain without endpoints says what it has mapped (BUG-11). */
  *viommuBytesMapped(this: IommuKernel, _vdomain: ViommuDomain, size: number): Steps<number> {
    return size;
  }

  *viommuMapMapping(this: IommuKernel, vdomain: ViommuDomain, mapping: Mapping): Steps<number> {
    yield vdomain.mappingsLock.lock;
    let ret = yield* this.viommuAddMapping(vdomain, mapping);
    if (ret === 0) {
      ret = yield* this.viommuSendMap(vdomain, mapping);
      if (ret !== 0) yield* this.viommuDelMappings(vdomain, mapping.start, mapping.last);
    }
    yield vdomain.mappingsLock.unlock;
    return ret;
  }

  /** The core does not look at the aperture (spec/virtio-domain.md §9.7). */
  viommuCheckAperture(vdomain: ViommuDomain, { start, last }: Mapping): number {
    const { aperture } = vdomain.iommu as IommuInstance;
    return start < aperture.start || last > aperture.end ? ERANGE : 0;
  }

  /** Nothing is mapped over what is there (spec/virtio-domain.md §9.7). */
  viommuCheckOverlap(old: Mappings, { start, last }: Mapping): number {
    return old.overlapping(start, last).length > 0 ? EEXIST : 0;
  }

  /** MAP into the queue, while anybody is attached; its status comes with the sync. */
  *viommuSendMap(this: IommuKernel, vdomain: ViommuDomain, mapping: Mapping): Steps<number> {
    yield* this.viommuSend(vdomain, (domain) => ({ type: 'map', domain, ...mapping }));
    return 0;
  }

  /** A request into the queue while the device has the domain; without endpoints there is none. */
  *viommuSend(
    this: IommuKernel,
    vdomain: ViommuDomain,
    request: (domain: number) => Request,
  ): Steps {
    const viommu = yield* this.viommuOf(vdomain);
    if (viommu === null) return;
    yield viommu.requestLock.lock;
    yield vdomain.nrEndpoints.read;
    if (vdomain.nrEndpoints.value !== 0) {
      yield vdomain.id.read;
      yield* this.viommuAddReqLocked(viommu, request(vdomain.id.value));
    }
    yield viommu.requestLock.unlock;
  }

  /** The domain's instance; null: it was never attached, nobody has to be told. */
  *viommuOf(this: IommuKernel, vdomain: ViommuDomain): Steps<ViommuDev | null> {
    yield vdomain.viommu.read;
    return vdomain.viommu.value;
  }

  *viommuUnmapPages(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pgsize: number,
    count: number,
    _gather: Gather,
  ): Steps<number> {
    const vdomain = domain as ViommuDomain;
    const size = pgsize * count;
    yield vdomain.mappingsLock.lock;
    const removed = yield* this.viommuDelMappings(vdomain, iova, iova + size - 1);
    const unmapped = yield* this.viommuSendUnmap(vdomain, iova, removed, size);
    yield vdomain.mappingsLock.unlock;
    return unmapped;
  }

  /**
   * viommu_del_mappings, under mappings_lock: whole mappings from `start` on, up to the first hole.
   * Bytes removed: more than asked for where the last one is longer, 0 where `start` is within one.
   */
  *viommuDelMappings(
    this: IommuKernel,
    vdomain: ViommuDomain,
    start: U64,
    last: U64,
  ): Steps<number> {
    yield vdomain.mappings.read;
    const old = vdomain.mappings.value;
    const gone: Mapping[] = [];
    let next = start;
    for (const mapping of old.overlapping(start, last)) {
      if (mapping.start !== next) break;
      gone.push(mapping);
      next = mapping.last + 1;
    }
    if (gone.length === 0) return 0;
    yield vdomain.mappings.write;
    vdomain.mappings.value = old.without(gone);
    return next - start;
  }

  /** UNMAP of what was removed into the queue; answers how much that is. */
  *viommuSendUnmap(
    this: IommuKernel,
    vdomain: ViommuDomain,
    iova: U64,
    removed: U64,
    _asked: U64,
  ): Steps<number> {
    if (removed === 0) return 0;
    const range = { start: iova, last: iova + removed - 1 };
    yield* this.viommuSend(vdomain, (domain) => ({ type: 'unmap', domain, ...range }));
    return removed;
  }

  *viommuForgetMappings(this: IommuKernel, vdomain: ViommuDomain): Steps {
    yield vdomain.mappings.write;
    vdomain.mappings.value = noMappings;
  }

  *viommuIovaToPhys(this: IommuKernel, domain: IommuDomain, iova: U64): Steps<U64> {
    const vdomain = domain as ViommuDomain;
    yield vdomain.mappingsLock.lock;
    yield vdomain.mappings.read;
    const [found] = vdomain.mappings.value.overlapping(iova, iova);
    yield vdomain.mappingsLock.unlock;
    return found === undefined ? 0 : found.phys + (iova - found.start);
  }

  *viommuIotlbSync(this: IommuKernel, domain: IommuDomain): Steps {
    const viommu = yield* this.viommuOf(domain as ViommuDomain);
    if (viommu !== null) yield* this.viommuSyncReq(viommu);
  }

  *viommuFlushIotlbAll(this: IommuKernel, domain: IommuDomain): Steps {
    const viommu = yield* this.viommuOf(domain as ViommuDomain);
    if (viommu !== null) yield* this.viommuSyncReq(viommu);
  }

  /** What the device says of the MAP requests in this range: 0, or the first one's errno. */
  *viommuIotlbSyncMap(
    this: IommuKernel,
    domain: IommuDomain,
    iova = 0,
    size = Number.MAX_SAFE_INTEGER,
  ): Steps<number> {
    const vdomain = domain as ViommuDomain;
    const viommu = yield* this.viommuOf(vdomain);
    if (viommu === null) return 0;
    yield viommu.requestLock.lock;
    yield* this.viommuSyncReqLocked(viommu);
    const ret = yield* this.viommuTakeFailure(vdomain, viommu, iova, iova + size - 1);
    yield viommu.requestLock.unlock;
    return ret;
  }

  /** Under request_lock. */
  *viommuTakeFailure(
    this: IommuKernel,
    vdomain: ViommuDomain,
    viommu: ViommuDev,
    start: U64,
    last: U64,
  ): Steps<number> {
    yield viommu.failed.read;
    const { value } = viommu.failed;
    if (value.all.length === 0) return 0;
    yield vdomain.id.read;
    const id = vdomain.id.value;
    const failure = value.find(id, start, last);
    if (failure === undefined) return 0;
    yield viommu.failed.write;
    viommu.failed.value = value.without(id, start, last);
    return failure.errno;
  }
}

/** IOMMU_READ, IOMMU_WRITE and IOMMU_MMIO as flags of a MAP request. */
function viommuFlags(protection: number): number {
  const read = (protection & prot.read) === 0 ? 0 : mapFlag.read;
  const write = (protection & prot.write) === 0 ? 0 : mapFlag.write;
  const mmio = (protection & prot.mmio) === 0 ? 0 : mapFlag.mmio;
  return read | write | mmio;
}
