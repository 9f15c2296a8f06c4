// The driver's ops: which driver's code runs for a domain or a device. Intel, AMD and Arm share the
// radix page tables, with the differences of spec/iommu-core.md §10 as parameters.

import { ENOMEM } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuKernel } from '../kernel.ts';
import type { DomainType } from '../vocabulary/index.ts';
import { type DomainClient, IommuDomain, isPaging } from './domain.ts';
import { type Gather, isEmpty } from './gather.ts';
import type { Device } from './objects.ts';
import { PageTable } from './pageTable.ts';
import type { Mapped } from './radix.ts';
import { semanticsOf } from './semantics.ts';

const isVirtio = (domain: IommuDomain): boolean => domain.iommu?.driver === 'virtio';

export class DriverSteps {
  /** ops->domain_alloc_paging and its like: a domain, or an errno. */
  *opsDomainAlloc(
    this: IommuKernel,
    device: Device,
    type: DomainType,
    client: DomainClient,
  ): Steps<IommuDomain | number> {
    if (device.iommu.driver === 'virtio')
      return yield* this.viommuDomainAlloc(device, type, client);
    if (yield* this.world.refuses('domain_alloc')) return ENOMEM;
    const { geometry, heap } = this.world;
    yield this.world.env.local;
    const domain = heap.create(IommuDomain, type, device.iommu, client);
    if (!isPaging(type)) return domain;
    yield domain.root.writeOnce;
    const short = semanticsOf(device.iommu.driver).growsRoot && geometry.levels > 1 ? 1 : 0;
    domain.root.value = heap.create(PageTable, geometry.levels - 1 - short, 0);
    return domain;
  }

  *opsDomainFree(this: IommuKernel, domain: IommuDomain): Steps {
    if (isVirtio(domain)) yield* this.viommuDomainFree(domain);
    else yield* this.radixDomainFree(domain);
  }

  *radixDomainFree(this: IommuKernel, domain: IommuDomain): Steps {
    yield* this.radixFree(domain);
    yield domain.free;
  }

  *opsMapPages(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pa: U64,
    pgsize: number,
    count: number,
    protection: number,
  ): Steps<Mapped> {
    if (yield* this.world.refuses('map_pages')) return { ret: ENOMEM, mapped: 0 };
    return isVirtio(domain)
      ? yield* this.viommuMapPages(domain, iova, pa, pgsize, count, protection)
      : yield* this.radixMapPages(domain, iova, pa, pgsize, count, protection);
  }

  *opsUnmapPages(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pgsize: number,
    count: number,
    gather: Gather,
  ): Steps<number> {
    return isVirtio(domain)
      ? yield* this.viommuUnmapPages(domain, iova, pgsize, count, gather)
      : yield* this.radixUnmapPages(domain, iova, pgsize, count, gather);
  }

  *opsIovaToPhys(this: IommuKernel, domain: IommuDomain, iova: U64): Steps<U64> {
    if (domain.type === 'identity') return iova;
    if (!isPaging(domain.type)) return 0;
    if (isVirtio(domain)) return yield* this.viommuIovaToPhys(domain, iova);
    const found = yield* this.radixLookUp(domain, iova);
    return found === null ? 0 : found.pa + (iova % found.size);
  }

  /** Nothing gathered, nothing to do. While no table goes, cached steps of the walk stay valid. */
  *opsIotlbSync(this: IommuKernel, domain: IommuDomain, gather: Gather): Steps {
    if (isVirtio(domain)) yield* this.viommuIotlbSync(domain);
    else if (!isEmpty(gather)) yield* this.radixSync(domain, gather);
  }

  *radixSync(this: IommuKernel, domain: IommuDomain, gather: Gather): Steps {
    const what = gather.freelist.length === 0 ? 'leaves' : 'all';
    yield domain.tlb.invalidate(gather.start, gather.end, what);
    yield* this.hwDrain(domain);
  }

  *opsFlushIotlbAll(this: IommuKernel, domain: IommuDomain): Steps {
    if (isVirtio(domain)) yield* this.viommuFlushIotlbAll(domain);
    else yield* this.radixFlush(domain, 0, 2 ** 64);
  }

  *opsIotlbSyncMap(this: IommuKernel, domain: IommuDomain, iova: U64, size: U64): Steps<number> {
    if (isVirtio(domain)) return yield* this.viommuIotlbSyncMap(domain, iova, size);
    if (domain.iommu?.spec.cachingMode !== true) return 0;
    if (yield* this.world.refuses('iotlb_sync_map')) return ENOMEM;
    yield domain.tlb.invalidate(iova, iova + size - 1, 'leaves');
    return 0;
  }

  /** ops->enforce_cache_coherency; false where there is none. */
  *opsEnforceCacheCoherency(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    if (domain.iommu?.driver === 'amd') return true;
    if (domain.iommu?.driver !== 'intel') return false;
    return yield* this.intelEnforceCacheCoherency(domain);
  }
}
