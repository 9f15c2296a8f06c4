// drivers/iommu/virtio-iommu.c: spec/virtio-domain.md.

import { ENODEV } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { DomainClient, IommuDomain } from '../core/domain.ts';
import type { Gather } from '../core/gather.ts';
import type { Device } from '../core/objects.ts';
import type { Mapped } from '../core/radix.ts';
import type { IommuKernel } from '../kernel.ts';
import type { DomainType } from '../vocabulary/index.ts';

export class VirtioSteps {
  *viommuDomainAlloc(
    this: IommuKernel,
    _device: Device,
    _type: DomainType,
    _client: DomainClient,
  ): Steps<IommuDomain | number> {
    yield this.world.env.local;
    return ENODEV;
  }

  *viommuDomainFree(this: IommuKernel, domain: IommuDomain): Steps {
    yield domain.free;
  }

  *viommuAttachDev(this: IommuKernel, _domain: IommuDomain, _device: Device): Steps<number> {
    yield this.world.env.local;
    return ENODEV;
  }

  *viommuMapPages(
    this: IommuKernel,
    _domain: IommuDomain,
    _iova: U64,
    _pa: U64,
    _pgsize: number,
    _count: number,
    _protection: number,
  ): Steps<Mapped> {
    yield this.world.env.local;
    return { ret: ENODEV, mapped: 0 };
  }

  *viommuUnmapPages(
    this: IommuKernel,
    _domain: IommuDomain,
    _iova: U64,
    _pgsize: number,
    _count: number,
    _gather: Gather,
  ): Steps<number> {
    yield this.world.env.local;
    return 0;
  }

  *viommuIovaToPhys(this: IommuKernel, _domain: IommuDomain, _iova: U64): Steps<U64> {
    yield this.world.env.local;
    return 0;
  }

  *viommuIotlbSync(this: IommuKernel, _domain: IommuDomain): Steps {
    yield this.world.env.local;
  }

  *viommuFlushIotlbAll(this: IommuKernel, _domain: IommuDomain): Steps {
    yield this.world.env.local;
  }

  *viommuIotlbSyncMap(this: IommuKernel, _domain: IommuDomain): Steps<number> {
    yield this.world.env.local;
    return 0;
  }
}
