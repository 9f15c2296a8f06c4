// What the cookie part of the stack keeps in a world: MSI descriptors, the lock of era E1.

import { type Birth, KernelObject, Mutex } from '../../runtime/index.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { Device, IommuGroup } from '../core/objects.ts';
import type { IommuWorld } from '../world.ts';
import { FaultHandler, IovaCookie, MsiDesc } from './objects.ts';

/** The static variables of dma-iommu.c. */
export class DmaIommu extends KernelObject {
  readonly msiPrepareLock: Mutex;

  constructor(birth: Birth) {
    super(birth);
    this.msiPrepareLock = new Mutex(this, 'msi_prepare_lock');
  }

  get kind(): string {
    return 'dma_iommu';
  }
}

export class CookieState {
  readonly dmaIommu: DmaIommu;
  /** The handler that in-kernel clients install. */
  readonly handler: FaultHandler;
  private readonly world: IommuWorld;
  private readonly cookies = new Map<IommuGroup, IovaCookie>();
  private readonly descs = new Map<Device, MsiDesc>();

  constructor(world: IommuWorld) {
    this.world = world;
    this.dmaIommu = world.heap.boot(DmaIommu, 'dma_iommu');
    this.handler = world.heap.boot(FaultHandler, 'client fault handler');
  }

  /** The descriptor of the device's interrupt. */
  desc(device: Device): MsiDesc {
    let desc = this.descs.get(device);
    if (desc === undefined) {
      desc = this.world.heap.boot(MsiDesc, `${device.name} msi`);
      this.descs.set(device, desc);
    }
    return desc;
  }

  /** The cookie that a group’s default domain had after boot. */
  booted(group: IommuGroup): IovaCookie | null {
    return this.cookies.get(group) ?? null;
  }

  /** The cookie of a default domain, as after boot: its allocator is set up. */
  bootCookie(domain: IommuDomain, group: IommuGroup, device: Device): void {
    const { heap, geometry } = this.world;
    const cookie = heap.boot(IovaCookie, `${domain.name} cookie`, domain);
    const granule = 2 ** geometry.pageShift;
    cookie.granule.stored = granule;
    cookie.start.stored = Math.max(granule, domain.iommu?.aperture.start ?? 0);
    cookie.limit.stored = domain.iommu?.aperture.end ?? 0;
    for (const { kind, start, size } of device.spec.reserved ?? [])
      if (kind !== 'swMsi' && size > 0)
        cookie.reserved.stored = cookie.reserved.stored.with(start, start + size - 1);
    domain.cookieType.stored = 'dmaIova';
    domain.cookie.stored = cookie;
    this.cookies.set(group, cookie);
  }
}
