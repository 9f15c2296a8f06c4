// Domains are made and freed: spec/iommu-core.md §3. Who is attached is the callers' affair.

import type { Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { DomainType } from '../vocabulary/index.ts';
import type { DomainClient, IommuDomain } from './domain.ts';
import type { Device } from './objects.ts';

export class AllocSteps {
  /** __iommu_domain_alloc: a domain, or an errno. The device says whose and of what geometry. */
  *iommuDomainAlloc(
    this: IommuKernel,
    device: Device,
    type: DomainType,
    client: DomainClient,
  ): Steps<IommuDomain | number> {
    const domain = yield* this.opsDomainAlloc(device, type, client);
    if (typeof domain === 'number') return domain;
    if (type !== 'dma' && type !== 'dmaFq') return domain;
    const ret = yield* this.iommuGetDmaCookie(domain);
    if (ret === 0) return domain;
    yield* this.iommuDomainFree(domain);
    return ret;
  }

  /** The caller guarantees that nobody is attached any more. Static domains are never freed. */
  *iommuDomainFree(this: IommuKernel, domain: IommuDomain): Steps {
    if (domain.isStatic) return;
    yield domain.contract.enter('free', 0, Number.MAX_SAFE_INTEGER);
    yield* this.iommuPutCookie(domain);
    yield* this.opsDomainFree(domain);
  }
}
