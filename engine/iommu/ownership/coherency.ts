// enforce_cache_coherency: spec/coherency-and-ownership.md §1.

import type { Steps } from '../../runtime/index.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { IommuKernel } from '../kernel.ts';

export class CoherencySteps {
  /** domain->ops->enforce_cache_coherency; false also where the driver has none. */
  *iommuEnforceCacheCoherency(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    yield this.world.env.local;
    if (yield* this.world.refuses('enforce')) return false;
    return yield* this.opsEnforceCacheCoherency(domain);
  }

  /** intel_iommu_enforce_cache_coherency: only of a domain without mappings. */
  *intelEnforceCacheCoherency(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    yield domain.lock.lock;
    const forced = yield* this.intelForceSnooping(domain);
    yield domain.lock.unlock;
    return forced;
  }

  *intelForceSnooping(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    yield domain.forceSnooping.readOnce;
    if (domain.forceSnooping.value) return true;
    yield domain.attached.read;
    const attached = domain.attached.value;
    const lacking = this.world.devices.some(
      (d) => (attached & (1 << d.index)) !== 0 && d.iommu.spec.snoopControl === false,
    );
    if (lacking) return false;
    yield domain.hasMappings.readOnce;
    if (domain.hasMappings.value) return false;
    yield domain.forceSnooping.writeOnce;
    domain.forceSnooping.value = true;
    return true;
  }
}
