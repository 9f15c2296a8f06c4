// Domains of virtio-iommu: allocated complete, or not at all (spec/virtio-domain.md §2, §3, V2).

import { ENODEV, ENOMEM, ENOSPC, EOPNOTSUPP } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import { type DomainClient, type IommuDomain, isPaging } from '../core/domain.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import type { DomainType } from '../vocabulary/index.ts';
import { identityGaps } from './identity.ts';
import type { Mapping } from './mappings.ts';
import { reservedOf, type ViommuDev, ViommuDomain } from './objects.ts';
import { configuredIds, idList, idText, lowestFree, reservesIdentity } from './state.ts';

export class ViommuDomainSteps {
  /** A domain of a type that the core asks for, or an errno. */
  *viommuDomainAlloc(
    this: IommuKernel,
    device: Device,
    type: DomainType,
    client: DomainClient,
  ): Steps<IommuDomain | number> {
    if (type === 'identity') return yield* this.viommuDomainAllocIdentity(device, client);
    if (!isPaging(type)) return EOPNOTSUPP;
    return yield* this.viommuDomainAllocPaging(device, type, client);
  }

  *viommuDomainAllocPaging(
    this: IommuKernel,
    device: Device,
    type: DomainType,
    client: DomainClient,
  ): Steps<ViommuDomain | number> {
    const viommu = this.world.virtio.viommu(device.iommu);
    if (this.viommuGranuleTooLarge(viommu)) return this.viommuGranuleErrno();
    const vdomain = yield* this.viommuKzallocDomain(device, type, client);
    if (vdomain === null) return ENOMEM;
    const ret = yield* this.viommuDomainInit(vdomain, viommu);
    if (ret === 0) return vdomain;
    yield vdomain.free;
    return ret;
  }

  /** The static domain that bypasses, where the device can; else mappings that say the same. */
  *viommuDomainAllocIdentity(
    this: IommuKernel,
    device: Device,
    client: DomainClient,
  ): Steps<ViommuDomain | number> {
    const identity = this.viommuStaticIdentity(device);
    if (identity !== null) return identity;
    const vdomain = yield* this.viommuDomainAllocPaging(device, 'identity', client);
    if (typeof vdomain === 'number') return vdomain;
    const ret = yield* this.viommuDomainMapIdentity(vdomain, device);
    if (ret === 0) return vdomain;
    yield* this.viommuDomainFree(vdomain);
    return ret;
  }

  viommuStaticIdentity(this: IommuKernel, device: Device): ViommuDomain | null {
    const { virtio } = this.world;
    return virtio.identity(virtio.viommu(device.iommu));
  }

  *viommuKzallocDomain(
    this: IommuKernel,
    device: Device,
    type: DomainType,
    client: DomainClient,
  ): Steps<ViommuDomain | null> {
    if (yield* this.world.refuses('domain_alloc')) return null;
    yield this.world.env.local;
    return this.world.heap.create(ViommuDomain, type, device.iommu, client);
  }

  viommuGranuleTooLarge(this: IommuKernel, viommu: ViommuDev): boolean {
    return viommu.granule > 2 ** this.world.geometry.pageShift;
  }

  viommuGranuleErrno(): number {
    return ENODEV;
  }

  /** What viommu_domain_finalise sets: constant from here on. */
  *viommuDomainInit(this: IommuKernel, vdomain: ViommuDomain, viommu: ViommuDev): Steps<number> {
    const id = yield* this.viommuIdAlloc(viommu);
    if (id < 0) return id;
    yield vdomain.id.write;
    vdomain.id.value = id;
    yield vdomain.mapFlags.write;
    vdomain.mapFlags.value = viommu.mapFlags;
    yield vdomain.viommu.write;
    vdomain.viommu.value = viommu;
    return 0;
  }

  /** ida_alloc_range: under the ida's own lock. */
  *viommuIdAlloc(this: IommuKernel, viommu: ViommuDev): Steps<number> {
    const { domainIds } = viommu;
    yield domainIds.exchange;
    const ids = idList(domainIds.value);
    const id = lowestFree(ids, this.viommuIdRange(viommu));
    if (id === null) return ENOSPC;
    domainIds.value = idText([...ids, id]);
    return id;
  }

  *viommuIdFree(this: IommuKernel, viommu: ViommuDev, id: number): Steps {
    const { domainIds } = viommu;
    yield domainIds.exchange;
    domainIds.value = idText(idList(domainIds.value).filter((other) => other !== id));
  }

  /** first_domain and last_domain after probe: the first is the identity domain's, if it has one. */
  viommuIdRange(viommu: ViommuDev): { first: number; last: number } {
    const { first, last } = configuredIds(viommu);
    return { first: reservesIdentity(viommu) ? first + 1 : first, last };
  }

  /** viommu_domain_map_identity, by the reserved regions of one device; sent by a replay. */
  *viommuDomainMapIdentity(
    this: IommuKernel,
    vdomain: ViommuDomain,
    device: Device,
  ): Steps<number> {
    const { granule } = this.world.virtio.viommu(device.iommu);
    for (const mapping of identityGaps(device.iommu, granule, reservedOf(device))) {
      yield vdomain.mappingsLock.lock;
      const ret = yield* this.viommuAddMapping(vdomain, mapping);
      yield vdomain.mappingsLock.unlock;
      if (ret !== 0) {
        yield* this.viommuDelAllMappings(vdomain);
        return this.viommuIdentityErrno(ret);
      }
    }
    return 0;
  }

  viommuIdentityErrno(ret: number): number {
    return ret;
  }

  /** viommu_add_mapping, under mappings_lock. */
  *viommuAddMapping(this: IommuKernel, vdomain: ViommuDomain, mapping: Mapping): Steps<number> {
    if (yield* this.world.refuses('kzalloc', true)) return ENOMEM;
    yield vdomain.mappings.read;
    const old = vdomain.mappings.value;
    const ret = this.viommuCheckAperture(vdomain, mapping) || this.viommuCheckOverlap(old, mapping);
    if (ret !== 0) return ret;
    yield vdomain.mappings.write;
    vdomain.mappings.value = old.with(mapping);
    return 0;
  }

  *viommuDelAllMappings(this: IommuKernel, vdomain: ViommuDomain): Steps {
    yield vdomain.mappingsLock.lock;
    yield* this.viommuForgetMappings(vdomain);
    yield vdomain.mappingsLock.unlock;
  }

  /** Its caller has seen to it that no endpoint is attached; static domains stay. */
  *viommuDomainFree(this: IommuKernel, domain: IommuDomain): Steps {
    const vdomain = domain as ViommuDomain;
    if (vdomain.isStatic) return;
    yield* this.viommuDelAllMappings(vdomain);
    yield vdomain.viommu.read;
    const viommu = vdomain.viommu.value;
    yield vdomain.id.read;
    if (viommu !== null) yield* this.viommuIdFree(viommu, vdomain.id.value);
    yield vdomain.free;
  }
}
