// Default domains: which type, setting one up, changing it from sysfs, direct mappings
// (spec/iommu-core.md §3). Under group->mutex.

import { EINVAL, EPERM } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuKernel } from '../kernel.ts';
import type { DomainType } from '../vocabulary/index.ts';
import type { IommuDomain } from './domain.ts';
import { prot } from './leaf.ts';
import type { Device, IommuGroup, IommuInstance } from './objects.ts';

export type DefaultType = 'dma' | 'dmaFq' | 'identity';

const isDma = (type: DomainType): boolean => type === 'dma' || type === 'dmaFq';

export class DefaultDomainSteps {
  /** iommu_group_store_type. */
  *iommuGroupStoreType(this: IommuKernel, group: IommuGroup, type: DefaultType): Steps<number> {
    yield group.mutex.lock;
    const ret = yield* this.iommuGroupStoreTypeLocked(group, type);
    yield group.mutex.unlock;
    return ret;
  }

  *iommuGroupStoreTypeLocked(
    this: IommuKernel,
    group: IommuGroup,
    type: DefaultType,
  ): Steps<number> {
    yield group.defaultDomain.read;
    const standard = group.defaultDomain.value;
    if (standard === null) return EINVAL;
    // A flush queue can be had without another domain.
    if (type === 'dmaFq' && standard.type === 'dma' && (yield* this.iommuDmaInitFq(standard)))
      return 0;
    if (yield* this.iommuGroupIsUsed(group)) return EPERM;
    return yield* this.iommuSetupDefaultDomain(group, type);
  }

  /** iommu_dma_init_fq: from now on frees wait in the queue. False if they do so already. */
  *iommuDmaInitFq(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    const cookie = yield* this.iovaCookieOf(domain);
    yield cookie.queued.exchange;
    const queued = cookie.queued.value;
    cookie.queued.value = true;
    return !queued;
  }

  /** No devices, a driver that uses the DMA API, or an owner. */
  *iommuGroupIsUsed(this: IommuKernel, group: IommuGroup): Steps<boolean> {
    yield group.devices.read;
    if (group.devices.value === null) return true;
    yield group.ownerCnt.read;
    return group.ownerCnt.value !== 0;
  }

  /** iommu_setup_default_domain; `target`: the type asked for, null: whatever fits. */
  *iommuSetupDefaultDomain(
    this: IommuKernel,
    group: IommuGroup,
    target: DefaultType | null,
  ): Steps<number> {
    const devices = yield* this.groupDevices(group);
    const type = this.iommuGetDefaultDomainType(devices, target);
    if (type === 'conflict') return EINVAL;
    const domain = yield* this.iommuGroupAllocDefaultDomain(group, devices[0] as Device, type);
    if (typeof domain === 'number') return domain;
    yield group.defaultDomain.read;
    const old = group.defaultDomain.value;
    const direct = yield* this.iommuMapDirect(domain, devices);
    yield group.defaultDomain.write;
    group.defaultDomain.value = domain;
    const ret = yield* this.iommuSwitchDefaultDomain(group, domain, old, devices, direct);
    if (old !== null) yield* this.iommuFreeUnused(domain, old, ret);
    return ret;
  }

  /** The one of the two that is nobody's default domain now. */
  *iommuFreeUnused(this: IommuKernel, fresh: IommuDomain, old: IommuDomain, ret: number): Steps {
    yield* this.iommuDomainFree(ret === 0 ? old : fresh);
  }

  /**
   * Every device onto the new default domain. The first one must be attached; later ones give way to
   * the old one, in the group and as its default.
   */
  *iommuSwitchDefaultDomain(
    this: IommuKernel,
    group: IommuGroup,
    domain: IommuDomain,
    old: IommuDomain | null,
    devices: readonly Device[],
    direct: number,
  ): Steps<number> {
    yield group.domain.read;
    const before = group.domain.value;
    const first = before === null;
    if (this.iommuDefaultWaits(before, old)) return 0;
    let ret = first
      ? yield* this.iommuGroupSetFirstDomain(group, domain)
      : yield* this.iommuGroupSetDomain(group, domain);
    const attached = ret === 0;
    // Some drivers can only map once a device is attached.
    if (attached && direct !== 0) ret = yield* this.iommuMapDirect(domain, devices);
    if (ret === 0 || old === null) return ret;
    if (attached) yield* this.iommuGroupSetDomainNofail(group, before ?? old);
    yield group.defaultDomain.write;
    group.defaultDomain.value = old;
    return ret;
  }

  /** Drivers must support default domains; of one that does not, nothing is attached. */
  iommuGroupSetFirstDomain(
    this: IommuKernel,
    group: IommuGroup,
    domain: IommuDomain,
  ): Steps<number> {
    return this.iommuGroupSetDomainNofail(group, domain);
  }

  /** Claimed or attached before there was a default domain: it waits for the release. */
  iommuDefaultWaits(
    this: IommuKernel,
    before: IommuDomain | null,
    old: IommuDomain | null,
  ): boolean {
    return before !== null && old === null;
  }

  /** iommu_get_default_domain_type: what devices insist on, then what was asked for. */
  iommuGetDefaultDomainType(
    this: IommuKernel,
    devices: readonly Device[],
    target: DefaultType | null,
  ): DefaultType | null | 'conflict' {
    const wanted = devices.flatMap((d) => d.spec.defDomainType ?? []);
    // Devices that disagree: identity takes precedence.
    let type: DefaultType | null = wanted.includes('identity') ? 'identity' : (wanted[0] ?? null);
    if (devices.some((d) => d.spec.untrusted === true)) {
      if (type === 'identity') return 'conflict';
      type = 'dma';
    }
    if (target === null) return type;
    return type === null || type === target ? target : 'conflict';
  }

  /** iommu_group_alloc_default_domain: where nobody insists, what cannot be had becomes DMA. */
  *iommuGroupAllocDefaultDomain(
    this: IommuKernel,
    group: IommuGroup,
    device: Device,
    type: DefaultType | null,
  ): Steps<IommuDomain | number> {
    if (type !== null) return yield* this.iommuDomainAlloc(device, type, 'core');
    const usual = group.spec.defaultDomain ?? 'dma';
    const domain = yield* this.iommuDomainAlloc(device, usual, 'core');
    if (typeof domain !== 'number' || usual === 'dma') return domain;
    return yield* this.iommuDomainAlloc(device, 'dma', 'core');
  }

  /** Direct mappings of all devices; the first error, after all were tried. */
  *iommuMapDirect(
    this: IommuKernel,
    domain: IommuDomain,
    devices: readonly Device[],
  ): Steps<number> {
    let failed = 0;
    for (const device of devices) {
      const ret = yield* this.iommuCreateDirectMappings(domain, device);
      if (failed === 0) failed = ret;
    }
    return failed;
  }

  /** iommu_create_device_direct_mappings: only what another device has not mapped already. */
  *iommuCreateDirectMappings(
    this: IommuKernel,
    domain: IommuDomain,
    device: Device,
  ): Steps<number> {
    const regions = device.spec.reserved ?? [];
    if (!isDma(domain.type) || regions.length === 0) return 0;
    for (const { kind, start, size } of regions) {
      if (kind !== 'direct') continue;
      const ret = yield* this.iommuMapDirectRegion(domain, start, size);
      if (ret !== 0) return ret;
    }
    yield* this.iommuFlushIotlbAll(domain);
    return 0;
  }

  /** Page by page: runs of pages that are not mapped yet. */
  *iommuMapDirectRegion(
    this: IommuKernel,
    domain: IommuDomain,
    start: U64,
    size: U64,
  ): Steps<number> {
    const pgsize = (domain.iommu as IommuInstance).pageSizes[0] as number;
    let run = 0;
    for (let at = start; at <= start + size; at += pgsize) {
      const mapped = at === start + size || (yield* this.iommuIovaToPhys(domain, at)) !== 0;
      if (!mapped) run += pgsize;
      else if (run > 0) {
        const from = at - run;
        const ret = yield* this.iommuMap(domain, from, from, run, prot.read | prot.write);
        if (ret !== 0) return ret;
        run = 0;
      }
    }
    return 0;
  }
}
