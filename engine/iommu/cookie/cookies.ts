// Domain cookies: who else keeps something with a domain (spec/cookies.md §2, era E3).

import { EEXIST, EINVAL } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { IommuKernel } from '../kernel.ts';

export class CookieSteps {
  *iommuGetDmaCookie(this: IommuKernel, domain: IommuDomain): Steps<number> {
    yield domain.cookieType.exchange;
    if (domain.cookieType.value !== 'none') return EEXIST;
    domain.cookieType.value = 'dmaIova';
    return 0;
  }

  *iommuGetMsiCookie(this: IommuKernel, domain: IommuDomain, _base: U64): Steps<number> {
    yield domain.cookieType.exchange;
    if (domain.type !== 'unmanaged') return EINVAL;
    if (domain.cookieType.value !== 'none') return EEXIST;
    domain.cookieType.value = 'dmaMsi';
    return 0;
  }

  /** The part of iommu_domain_free that releases what the cookie's tag says. */
  *iommuPutCookie(this: IommuKernel, domain: IommuDomain): Steps {
    yield domain.cookieType.readOnce;
  }
}
