// The driver's ops: which driver's code runs for a domain or a device. Intel, AMD and Arm share the
// radix page tables, with the differences of spec/iommu-core.md §10 as parameters.

import { EINVAL, ENOMEM } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuKernel } from '../kernel.ts';
import type { DomainType } from '../vocabulary/index.ts';
import { type DomainClient, IommuDomain, isPaging } from './domain.ts';
import type { Gather } from './gather.ts';
import { Leaf } from './leaf.ts';
import type { Device } from './objects.ts';
import { PageTable } from './pageTable.ts';
import type { Mapped } from './radix.ts';
import { emptyTlb } from './tlb.ts';

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
    domain.root.value = heap.create(PageTable, geometry.levels - 1, 0);
    return domain;
  }

  *opsDomainFree(this: IommuKernel, domain: IommuDomain): Steps {
    if (isVirtio(domain)) return yield* this.viommuDomainFree(domain);
    yield* this.radixFree(domain);
    yield domain.free;
  }

  /** All page tables of a domain that nobody uses any more. */
  *radixFree(this: IommuKernel, domain: IommuDomain): Steps {
    yield domain.root.readOnce;
    if (domain.root.value !== null) yield* this.radixFreeTable(domain.root.value);
  }

  *radixFreeTable(this: IommuKernel, table: PageTable): Steps {
    for (const index of table.touched()) {
      const entry = table.at(index);
      yield entry.readOnce;
      if (entry.value instanceof PageTable) yield* this.radixFreeTable(entry.value);
    }
    yield table.free;
  }

  /** ops->attach_dev: programs the device's translation entry. */
  *opsAttachDev(this: IommuKernel, domain: IommuDomain, device: Device): Steps<number> {
    if (device.iommu.driver === 'virtio') return yield* this.viommuAttachDev(domain, device);
    if (domain.iommu !== null && domain.iommu !== device.iommu) return EINVAL;
    if (yield* this.world.refuses('attach_dev')) return ENOMEM;
    yield domain.lock.lock;
    yield domain.attached.exchange;
    domain.attached.value |= 1 << device.index;
    yield domain.lock.unlock;
    yield device.rid.domain.exchange;
    const old = device.rid.domain.value;
    device.rid.domain.value = domain.type === 'blocked' ? null : domain;
    if (old !== null && old !== domain) yield* this.opsDetachDev(old, device);
    return 0;
  }

  /** What the driver undoes of the old domain once the new one is in force. */
  *opsDetachDev(this: IommuKernel, domain: IommuDomain, device: Device): Steps {
    yield domain.lock.lock;
    yield domain.attached.exchange;
    domain.attached.value &= ~(1 << device.index);
    yield domain.lock.unlock;
    yield domain.tlb.writeOnce;
    domain.tlb.value = emptyTlb;
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
    const entry = yield* this.radixWalk(domain, iova);
    if (entry === null) return 0;
    yield entry.readOnce;
    const found = entry.value;
    return found instanceof Leaf ? found.pa + (iova % found.size) : 0;
  }

  *opsIotlbSync(this: IommuKernel, domain: IommuDomain, gather: Gather): Steps {
    if (isVirtio(domain)) return yield* this.viommuIotlbSync(domain);
    yield domain.tlb.exchange;
    domain.tlb.value = domain.tlb.value.without(gather.start, gather.end);
  }

  *opsFlushIotlbAll(this: IommuKernel, domain: IommuDomain): Steps {
    if (isVirtio(domain)) return yield* this.viommuFlushIotlbAll(domain);
    yield domain.tlb.writeOnce;
    domain.tlb.value = emptyTlb;
  }

  *opsIotlbSyncMap(this: IommuKernel, domain: IommuDomain, _iova: U64, _size: U64): Steps<number> {
    if (isVirtio(domain)) return yield* this.viommuIotlbSyncMap(domain);
    return 0;
  }

  /** ops->enforce_cache_coherency; false where there is none. */
  *opsEnforceCacheCoherency(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    if (domain.iommu?.driver === 'amd') return true;
    if (domain.iommu?.driver !== 'intel') return false;
    return yield* this.intelEnforceCacheCoherency(domain);
  }
}
