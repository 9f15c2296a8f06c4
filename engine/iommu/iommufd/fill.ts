// Areas into domains and out of them: which pages are pinned, and what is mapped. A page stays pinned
// while an area of its iopt_pages in domains_itree covers it (spec/iommu-core.md §7.4).

import { EFAULT, ENOMEM } from '../../errno.ts';
import { bugOn, type Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { PhysPage } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import type { Iopt, IoptArea, IoptPages } from './iopt.ts';

/** Consecutive IOVA for consecutive physical addresses: one iommu_map. */
interface Piece {
  readonly iova: U64;
  readonly pa: U64;
  readonly size: U64;
}

/** First and last page of the pages that an area takes. */
export function indices(area: IoptArea, pageSize: number): { first: number; last: number } {
  const first = Math.floor(area.startByte / pageSize);
  return { first, last: Math.floor((area.startByte + area.length - 1) / pageSize) };
}

export class FillSteps {
  /** iopt_area_fill_domains: a new area into every domain, or into none. domains_rwsem is held. */
  *ioptAreaFillDomains(
    this: IommuKernel,
    iopt: Iopt,
    area: IoptArea,
    pages: IoptPages,
  ): Steps<number> {
    yield iopt.domains.read;
    const domains = iopt.domains.value.members;
    const [storage] = domains;
    if (storage === undefined) return 0;
    yield pages.mutex.lock;
    let ret = yield* this.ioptPinArea(area, pages);
    if (ret === 0) {
      ret = yield* this.ioptMapDomains(iopt, area, pages, domains);
      if (ret === 0) yield* this.ioptAreaStored(area, pages, storage);
      else yield* this.ioptUnpinArea(area, pages);
    }
    yield pages.mutex.unlock;
    return ret;
  }

  /** In order; those that were done are undone in reverse. */
  *ioptMapDomains(
    this: IommuKernel,
    iopt: Iopt,
    area: IoptArea,
    pages: IoptPages,
    domains: readonly IommuDomain[],
  ): Steps<number> {
    for (const [i, domain] of domains.entries()) {
      const ret = yield* this.ioptAreaMapDomain(iopt, area, pages, domain);
      if (ret === 0) continue;
      for (const done of domains.slice(0, i).reverse()) yield* this.ioptAreaUnmapDomain(area, done);
      return ret;
    }
    return 0;
  }

  *ioptAreaStored(
    this: IommuKernel,
    area: IoptArea,
    pages: IoptPages,
    storage: IommuDomain,
  ): Steps {
    yield area.storageDomain.write;
    area.storageDomain.value = storage;
    yield pages.domainsItree.exchange;
    pages.domainsItree.value = pages.domainsItree.value.with(area);
  }

  /** iopt_area_fill_domain: one more domain. pages->mutex is held. */
  *ioptAreaFillDomain(
    this: IommuKernel,
    iopt: Iopt,
    area: IoptArea,
    pages: IoptPages,
    domain: IommuDomain,
  ): Steps<number> {
    yield area.storageDomain.read;
    const first = area.storageDomain.value === null;
    if (first) {
      const ret = yield* this.ioptPinArea(area, pages);
      if (ret !== 0) return ret;
    }
    const ret = yield* this.ioptAreaMapDomain(iopt, area, pages, domain);
    if (!first) return ret;
    if (ret === 0) yield* this.ioptAreaStored(area, pages, domain);
    else yield* this.ioptUnpinArea(area, pages);
    return ret;
  }

  /** iopt_area_unfill_domains: out of every domain, then unpinned. domains_rwsem is held. */
  *ioptAreaUnfillDomains(this: IommuKernel, iopt: Iopt, area: IoptArea, pages: IoptPages): Steps {
    yield pages.mutex.lock;
    yield area.storageDomain.read;
    if (area.storageDomain.value !== null) {
      yield iopt.domains.read;
      for (const domain of iopt.domains.value.members)
        yield* this.ioptAreaUnmapDomain(area, domain);
      yield* this.ioptAreaUnfilled(area, pages);
    }
    yield pages.mutex.unlock;
  }

  /** No domain has the area any more. */
  *ioptAreaUnfilled(this: IommuKernel, area: IoptArea, pages: IoptPages): Steps {
    yield pages.domainsItree.exchange;
    pages.domainsItree.value = pages.domainsItree.value.without(area);
    yield area.storageDomain.write;
    area.storageDomain.value = null;
    yield* this.ioptUnpinArea(area, pages);
  }

  /** iommu_map of all the area's pages; what was done is undone. */
  *ioptAreaMapDomain(
    this: IommuKernel,
    iopt: Iopt,
    area: IoptArea,
    pages: IoptPages,
    domain: IommuDomain,
  ): Steps<number> {
    let done = 0;
    for (const { iova, pa, size } of this.ioptPieces(iopt, area, pages)) {
      const ret = yield* this.iommuMap(domain, iova, pa, size, area.prot);
      if (ret !== 0) {
        if (done > 0) yield* this.iommuUnmapNofail(domain, area.iova, done);
        return ret;
      }
      done += size;
    }
    return 0;
  }

  *ioptAreaUnmapDomain(this: IommuKernel, area: IoptArea, domain: IommuDomain): Steps {
    yield* this.iommuUnmapNofail(domain, area.iova, area.length);
  }

  *iommuUnmapNofail(this: IommuKernel, domain: IommuDomain, iova: U64, size: U64): Steps {
    const unmapped = yield* this.iommuUnmap(domain, iova, size);
    bugOn(unmapped !== size, 'iommufd unmaps another size than it mapped');
  }

  /** batch_to_domain: physically consecutive pages go together. Constant for an area. */
  ioptPieces(this: IommuKernel, iopt: Iopt, area: IoptArea, pages: IoptPages): Piece[] {
    const size = 2 ** this.world.geometry.pageShift;
    const { first, last } = indices(area, size);
    const pieces: Piece[] = [];
    for (let i = first; i <= last; i++) {
      const pa = pages.mm.backing(pages.va + i * size) as U64;
      const before = pieces.at(-1);
      if (!iopt.disableLargePages && before !== undefined && before.pa + before.size === pa)
        pieces[pieces.length - 1] = { ...before, size: before.size + size };
      else pieces.push({ iova: area.iova + (i - first) * size, pa, size });
    }
    return pieces;
  }

  /** Pins and accounts the pages that no other area has pinned; all or nothing. */
  *ioptPinArea(this: IommuKernel, area: IoptArea, pages: IoptPages): Steps<number> {
    const pinned: PhysPage[] = [];
    let ret = 0;
    for (const i of yield* this.ioptUncovered(area, pages)) {
      const va = pages.va + i * 2 ** this.world.geometry.pageShift;
      const page = yield* this.pinUserPage(pages.mm, va);
      if (page === null) {
        ret = EFAULT;
        break;
      }
      pinned.push(page);
    }
    if (ret === 0) {
      yield pages.mm.lockedVm.charge(pinned.length);
      if (pages.mm.lockedVm.charged) return 0;
      ret = ENOMEM;
    }
    for (const page of pinned) yield* this.unpinUserPage(page);
    return ret;
  }

  /** Unpins the pages that no other area needs. */
  *ioptUnpinArea(this: IommuKernel, area: IoptArea, pages: IoptPages): Steps {
    const free = yield* this.ioptUncovered(area, pages);
    yield* this.ioptUnpinPages(pages, free);
  }

  *ioptUnpinPages(this: IommuKernel, pages: IoptPages, list: readonly number[]): Steps {
    const size = 2 ** this.world.geometry.pageShift;
    for (const i of list) {
      const pa = pages.mm.backing(pages.va + i * size) as U64;
      yield* this.unpinUserPage(this.world.page(pa));
    }
    yield pages.mm.lockedVm.uncharge(list.length);
  }

  /** Pages of the area that no other area in domains_itree covers. */
  *ioptUncovered(this: IommuKernel, area: IoptArea, pages: IoptPages): Steps<number[]> {
    const size = 2 ** this.world.geometry.pageShift;
    yield pages.domainsItree.read;
    const others = pages.domainsItree.value.members.filter((a) => a !== area);
    const { first, last } = indices(area, size);
    const uncovered: number[] = [];
    for (let i = first; i <= last; i++) {
      const covered = others.some((a) => {
        const range = indices(a, size);
        return range.first <= i && i <= range.last;
      });
      if (!covered) uncovered.push(i);
    }
    return uncovered;
  }

  /** iopt_put_pages. */
  *ioptPutPages(this: IommuKernel, pages: IoptPages): Steps {
    yield pages.kref.put;
    if (pages.kref.wasLast) yield pages.free;
  }
}
