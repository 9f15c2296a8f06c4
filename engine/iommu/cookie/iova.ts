// The IOVA allocator of DMA domains: iommu_dma_init_domain, alloc_iova, free_iova (spec/cookies.md
// §2). Without the caches of iova.c, which do not change what is free.

import { EFAULT, EINVAL } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { Device, IommuGroup } from '../core/objects.ts';
import type { PageTable } from '../core/pageTable.ts';
import type { IommuKernel } from '../kernel.ts';
import type { IovaCookie } from './objects.ts';
import { noRanges } from './ranges.ts';

/** alloc_iova aligns to the size rounded up to a power of two. */
const alignment = (size: U64): number => 2 ** Math.ceil(Math.log2(size));

export class IovaSteps {
  /** iommu_setup_dma_ops: of devices behind a DMA domain. */
  *iommuSetupDmaOps(this: IommuKernel, group: IommuGroup, device: Device): Steps<number> {
    yield group.mutex.lock;
    yield group.domain.read;
    const domain = group.domain.value;
    const dma = domain?.type === 'dma' || domain?.type === 'dmaFq';
    const ret = domain !== null && dma ? yield* this.iommuDmaInitDomain(domain, device) : 0;
    yield group.mutex.unlock;
    return ret;
  }

  /** iommu_dma_init_domain: done once for a domain, whichever device comes first. */
  *iommuDmaInitDomain(this: IommuKernel, domain: IommuDomain, device: Device): Steps<number> {
    yield domain.cookieType.readOnce;
    if (domain.cookieType.value !== 'dmaIova') return EINVAL;
    const cookie = yield* this.iovaCookieOf(domain);
    const granule = 2 ** this.world.geometry.pageShift;
    const { start, end } = (domain.iommu ?? device.iommu).aperture;
    const base = Math.max(granule, start);
    if (base > end) return EFAULT;
    const ret = yield* this.iommuDmaInitLocked(cookie, granule, base, end, device);
    if (ret === 0 && domain.type === 'dmaFq') yield* this.iommuDmaInitFq(domain);
    return ret;
  }

  *iommuDmaInitLocked(
    this: IommuKernel,
    cookie: IovaCookie,
    granule: number,
    base: U64,
    end: U64,
    device: Device,
  ): Steps<number> {
    yield cookie.mutex.lock;
    const ret = yield* this.initIovaDomain(cookie, granule, base, end, device);
    yield cookie.mutex.unlock;
    return ret;
  }

  /** init_iova_domain and the reserved regions of the first device. */
  *initIovaDomain(
    this: IommuKernel,
    cookie: IovaCookie,
    granule: number,
    base: U64,
    end: U64,
    device: Device,
  ): Steps<number> {
    yield cookie.granule.readOnce;
    const known = cookie.granule.value;
    if (known !== 0) {
      yield cookie.start.readOnce;
      return known === granule && cookie.start.value === base ? 0 : EFAULT;
    }
    yield cookie.start.writeOnce;
    cookie.start.value = base;
    yield cookie.limit.writeOnce;
    cookie.limit.value = end;
    yield cookie.lock.lock;
    yield cookie.allocated.write;
    cookie.allocated.value = noRanges;
    yield* this.iovaReserveRegions(cookie, device);
    yield cookie.lock.unlock;
    yield cookie.granule.writeOnce;
    cookie.granule.value = granule;
    return 0;
  }

  /** iova_reserve_iommu_regions: all but SW MSI regions, which dma-iommu manages itself. */
  *iovaReserveRegions(this: IommuKernel, cookie: IovaCookie, device: Device): Steps {
    const regions = (device.spec.reserved ?? []).filter((r) => r.kind !== 'swMsi' && r.size > 0);
    if (regions.length === 0) return;
    yield cookie.reserved.exchange;
    let reserved = cookie.reserved.value;
    for (const r of regions) reserved = reserved.with(r.start, r.start + r.size - 1);
    cookie.reserved.value = reserved;
  }

  /** iommu_dma_alloc_iova: the highest free address below the limit, aligned to its size; 0: none. */
  *iommuDmaAllocIova(this: IommuKernel, domain: IommuDomain, size: U64): Steps<U64> {
    const cookie = yield* this.iovaCookieOf(domain);
    yield cookie.granule.readOnce;
    const granule = cookie.granule.value;
    if (granule === 0) return 0;
    if (yield* this.world.refuses('iova')) return 0;
    yield cookie.lock.lock;
    const iova = yield* this.allocIovaLocked(cookie, Math.ceil(size / granule) * granule);
    yield cookie.lock.unlock;
    return iova;
  }

  *allocIovaLocked(this: IommuKernel, cookie: IovaCookie, size: U64): Steps<U64> {
    yield cookie.start.readOnce;
    const start = cookie.start.value;
    yield cookie.limit.readOnce;
    const limit = cookie.limit.value;
    yield cookie.reserved.read;
    const reserved = cookie.reserved.value;
    yield cookie.allocated.read;
    const allocated = cookie.allocated.value;
    const step = alignment(size);
    let iova = Math.floor((limit + 1 - size) / step) * step;
    while (iova >= start) {
      const end = iova + size - 1;
      if (!allocated.meets(iova, end) && !reserved.meets(iova, end)) break;
      iova -= step;
    }
    if (iova < start) return 0;
    yield cookie.allocated.write;
    cookie.allocated.value = allocated.with(iova, iova + size - 1);
    return iova;
  }

  /** iommu_dma_free_iova: at once, or when the queue has been flushed. */
  *iommuDmaFreeIova(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    queued: boolean,
    freelist: readonly PageTable[] = [],
  ): Steps {
    if (queued) {
      yield* this.queueIova(domain, iova, size, freelist);
      return;
    }
    const cookie = yield* this.iovaCookieOf(domain);
    yield* this.freeIovaFast(cookie, iova, size);
  }

  *freeIovaFast(this: IommuKernel, cookie: IovaCookie, iova: U64, size: U64): Steps {
    yield cookie.granule.readOnce;
    const granule = cookie.granule.value;
    const bytes = Math.ceil(size / granule) * granule;
    yield cookie.lock.lock;
    yield cookie.allocated.exchange;
    cookie.allocated.value = cookie.allocated.value.without(iova, iova + bytes - 1);
    yield cookie.lock.unlock;
  }
}
