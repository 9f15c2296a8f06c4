// enforce_cache_coherency: spec/coherency-and-ownership.md §1.

import type { Steps } from '../../runtime/index.ts';
import { type IommuDomain, isPaging } from '../core/domain.ts';
import type { IommuKernel } from '../kernel.ts';

export class CoherencySteps {
  /** domain->ops->enforce_cache_coherency; false also where the driver has none. */
  *iommuEnforceCacheCoherency(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    yield this.world.env.local;
    if (!isPaging(domain.type) || (yield* this.world.refuses('enforce'))) return false;
    return yield* this.opsEnforceCacheCoherency(domain);
  }

  /** intel_iommu_enforce_cache_coherency: permanent, of a domain that never had mappings. */
  *intelEnforceCacheCoherency(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    yield domain.lock.lock;
    const forced = yield* this.intelEnforceLocked(domain);
    yield domain.lock.unlock;
    return forced;
  }

  *intelEnforceLocked(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    yield domain.forceSnooping.readOnce;
    if (domain.forceSnooping.value) return true;
    if (!(yield* this.intelSupportsForceSnooping(domain))) return false;
    return yield* this.intelForceEmptyDomain(domain);
  }

  /** domain_support_force_snooping: the IOMMUs of all devices that are attached. */
  *intelSupportsForceSnooping(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    yield domain.attached.readOnce;
    const attached = domain.attached.value;
    return !this.world.devices.some(
      (d) => (attached & (1 << d.index)) !== 0 && d.iommu.spec.snoopControl === false,
    );
  }

  /**
   * Set first, then looked: a mapping notes itself before it looks, so that either it is made with
   * the snoop bit or it is seen here. Attaching and enforcing look under domain->lock.
   */
  *intelForceEmptyDomain(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    yield domain.forceSnooping.writeOnce;
    domain.forceSnooping.value = true;
    yield domain.hasMappings.readOnce;
    if (!domain.hasMappings.value) return true;
    yield domain.forceSnooping.writeOnce;
    domain.forceSnooping.value = false;
    return false;
  }
}
