// Domain cookies: who else keeps something with a domain (spec/cookies.md §2 and §9, era E3). Who gets
// a cookie owns the domain alone: nothing here is locked.

import { EEXIST, EINVAL, ENOMEM, ENOSYS } from '../../errno.ts';
import { bugOn, type Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { CookieType, DomainCookie, IommuDomain } from '../core/domain.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import { Mm } from '../mm.ts';
import { type FaultHandler, IovaCookie, MsiCookie } from './objects.ts';

export class CookieSteps {
  *iommuGetDmaCookie(this: IommuKernel, domain: IommuDomain): Steps<number> {
    yield domain.contract.enter('cookie', 0, 0);
    const ret = yield* this.iommuGetDmaCookieOwned(domain);
    yield domain.contract.leave('cookie', 0, 0);
    return ret;
  }

  /**
   * iommu_get_dma_cookie, the caller owning the domain: the tag is published, then the pointer, as in
   * Linux since 6.15 (spec/cookies.md §2).
   */
  *iommuGetDmaCookieOwned(this: IommuKernel, domain: IommuDomain): Steps<number> {
    if (yield* this.cookieTaken(domain)) return EEXIST;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    yield* this.cookieTag(domain, 'dmaIova');
    yield domain.cookie.writeOnce;
    domain.cookie.value = this.world.heap.create(IovaCookie, domain);
    return 0;
  }

  *iommuGetMsiCookie(this: IommuKernel, domain: IommuDomain, base: U64): Steps<number> {
    yield domain.contract.enter('cookie', 0, 0);
    const ret = yield* this.iommuGetMsiCookieOwned(domain, base);
    yield domain.contract.leave('cookie', 0, 0);
    return ret;
  }

  /**
   * Type first, tag second. VFIO's domain is attached already: the tag is published last, where Linux
   * 6.15 stores it first and leaves it to VFIO that no interrupt is set up yet (spec/cookies.md §7.11).
   */
  *iommuGetMsiCookieOwned(this: IommuKernel, domain: IommuDomain, base: U64): Steps<number> {
    if (domain.type !== 'unmanaged') return EINVAL;
    if (yield* this.cookieTaken(domain)) return EEXIST;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    yield* this.msiCookiePublish(domain, base);
    return 0;
  }

  *msiCookiePublish(this: IommuKernel, domain: IommuDomain, base: U64): Steps {
    yield domain.cookie.writeOnce;
    domain.cookie.value = this.world.heap.create(MsiCookie, domain, base);
    yield* this.cookieTag(domain, 'dmaMsi');
  }

  /** cookie_type != IOMMU_COOKIE_NONE. */
  *cookieTaken(this: IommuKernel, domain: IommuDomain): Steps<boolean> {
    yield domain.cookieType.readOnce;
    return domain.cookieType.value !== 'none';
  }

  *cookieTag(this: IommuKernel, domain: IommuDomain, tag: CookieType): Steps {
    yield domain.cookieType.writeOnce;
    domain.cookieType.value = tag;
  }

  /** iommufd's own tag: a plain store, the domain is still private (spec/cookies.md §9). */
  *iommufdTagDomain(this: IommuKernel, domain: IommuDomain, hwpt: DomainCookie): Steps {
    yield domain.cookie.writeOnce;
    domain.cookie.value = hwpt;
    yield* this.cookieTag(domain, 'iommufd');
  }

  /** iommu_set_fault_handler; answers whether it is installed. Elsewhere it is a WARN. */
  *iommuSetFaultHandler(
    this: IommuKernel,
    domain: IommuDomain,
    handler: FaultHandler,
  ): Steps<boolean> {
    if (yield* this.cookieTaken(domain)) return false;
    yield domain.cookie.writeOnce;
    domain.cookie.value = handler;
    yield* this.cookieTag(domain, 'faultHandler');
    return true;
  }

  /** report_iommu_fault: what the client's handler says, -ENOSYS where there is none. */
  *reportIommuFault(this: IommuKernel, domain: IommuDomain): Steps<number> {
    yield domain.cookieType.readOnce;
    return domain.cookieType.value === 'faultHandler' ? 0 : ENOSYS;
  }

  /** iommu_sva_domain_alloc for the process's address space. */
  *iommuSvaDomainAlloc(this: IommuKernel, device: Device, mm: Mm): Steps<IommuDomain | number> {
    const domain = yield* this.opsDomainAlloc(device, 'sva', 'kernel');
    if (typeof domain === 'number') return domain;
    yield* this.cookieTag(domain, 'sva');
    yield mm.count.get;
    yield domain.cookie.writeOnce;
    domain.cookie.value = mm;
    return domain;
  }

  /** The part of iommu_domain_free that releases what the cookie's tag says. */
  *iommuPutCookie(this: IommuKernel, domain: IommuDomain): Steps {
    yield domain.cookieType.readOnce;
    const tag = domain.cookieType.value;
    switch (tag) {
      case 'dmaIova':
        yield* this.iommuPutDmaCookie(domain);
        return;
      case 'dmaMsi':
        yield* this.iommuPutMsiCookie(domain);
        return;
      case 'sva':
        yield* this.svaMmdrop(domain);
        return;
      case 'none':
      case 'faultHandler':
      case 'iommufd':
        return;
      default:
        throw new Error(`no cookie type ${String(tag satisfies never)}`);
    }
  }

  *svaMmdrop(this: IommuKernel, domain: IommuDomain): Steps {
    yield domain.cookie.readOnce;
    const mm = domain.cookie.value;
    bugOn(!(mm instanceof Mm), 'mmdrop of what is no mm');
    yield (mm as Mm).count.put;
  }

  /** iommu_put_dma_cookie. The pointer stays: the domain dies with its cookie. */
  *iommuPutDmaCookie(this: IommuKernel, domain: IommuDomain): Steps {
    const cookie = yield* this.iovaCookieOf(domain);
    yield* this.iommuDmaFreeFq(domain, cookie);
    yield* this.freeMsiPages(cookie);
    yield cookie.free;
  }

  *iommuPutMsiCookie(this: IommuKernel, domain: IommuDomain): Steps {
    const cookie = yield* this.msiCookieOf(domain);
    yield* this.freeMsiPages(cookie);
    yield cookie.free;
  }

  *freeMsiPages(this: IommuKernel, cookie: IovaCookie | MsiCookie): Steps {
    yield cookie.msiPages.read;
    let page = cookie.msiPages.value;
    while (page !== null) {
      yield page.next.read;
      const next = page.next.value as typeof page;
      yield page.free;
      page = next;
    }
  }

  /** domain->iova_cookie: a member of the union; what else is in it would be taken for one. */
  *iovaCookieOf(this: IommuKernel, domain: IommuDomain): Steps<IovaCookie> {
    yield domain.cookie.readOnce;
    const cookie = domain.cookie.value;
    bugOn(!(cookie instanceof IovaCookie), 'iova_cookie is followed where there is none');
    return cookie as IovaCookie;
  }

  /** domain->msi_cookie. */
  *msiCookieOf(this: IommuKernel, domain: IommuDomain): Steps<MsiCookie> {
    yield domain.cookie.readOnce;
    const cookie = domain.cookie.value;
    bugOn(!(cookie instanceof MsiCookie), 'msi_cookie is followed where there is none');
    return cookie as MsiCookie;
  }
}
