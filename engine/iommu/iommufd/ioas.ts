// IOAS_MAP, IOAS_UNMAP, IOAS_COPY and the end of an IOAS: spec/iommu-core.md §6. An area is first put
// into the table without pages, so that its range is taken while iova_rwsem is not held.

import { EBUSY, EEXIST, EINVAL, ENOENT, ENOMEM, ENOSPC, EOVERFLOW, EPERM } from '../../errno.ts';
import { bugOn, type Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import { prot as protBits } from '../core/leaf.ts';
import type { IommuKernel } from '../kernel.ts';
import type { Mm } from '../mm.ts';
import { firstArea, type Iopt, IoptArea, IoptPages, overlaps } from './iopt.ts';
import type { Ioas } from './objects.ts';

export const ulongMax = 2 ** 64;

/** 1UL << __ffs(address). */
export function lowestBit(address: U64): number {
  for (let bit = 0; bit < 64; bit++) if (address % 2 ** (bit + 1) !== 0) return 2 ** bit;
  return ulongMax;
}

/** One area to be: which pages, and which part of them. */
interface Elm {
  readonly pages: IoptPages;
  readonly startByte: U64;
  readonly length: U64;
}

/** What a walk over areas found, and the area at which it ended. */
interface Contig {
  readonly elms: readonly Elm[];
  readonly area: IoptArea | null;
  readonly covered: boolean;
}

/** Where a mapping went, or an errno. */
export type Placed = { readonly iova: U64 } | number;

export class IoasSteps {
  /** iopt_map_user_pages; `iova` null: any. */
  *ioptMapUserPages(
    this: IommuKernel,
    iopt: Iopt,
    mm: Mm,
    iova: U64 | null,
    va: U64,
    length: U64,
    prot: number,
  ): Steps<Placed> {
    const size = 2 ** this.world.geometry.pageShift;
    if (this.ioptUptrOverflows(va, length)) return EOVERFLOW;
    if (length === 0) return EINVAL;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    const startByte = va % size;
    const npages = Math.ceil((startByte + length) / size);
    yield this.world.env.local;
    const writable = (prot & protBits.write) !== 0;
    const { heap } = this.world;
    const pages = heap.create(IoptPages, mm, va - startByte, npages, writable);
    return yield* this.ioptMapPages(iopt, [{ pages, startByte, length }], iova, prot);
  }

  ioptUptrOverflows(this: IommuKernel, va: U64, length: U64): boolean {
    return va + length >= ulongMax;
  }

  /** iopt_map_pages, and on failure what its callers undo: each part's reference is put. */
  *ioptMapPages(
    this: IommuKernel,
    iopt: Iopt,
    elms: readonly Elm[],
    iova: U64 | null,
    prot: number,
  ): Steps<Placed> {
    const areas: IoptArea[] = [];
    const placed = yield* this.ioptAllocAreaPages(iopt, elms, areas, iova, prot);
    let ret = typeof placed === 'number' ? placed : 0;
    if (ret === 0) ret = yield* this.ioptFillAreas(iopt, elms, areas);
    if (ret === 0) return placed;
    for (const area of areas) yield* this.ioptAbortArea(iopt, area);
    for (const { pages } of elms) yield* this.ioptPutPages(pages);
    return ret;
  }

  /** Any new domain is filled with an area, or the area with the new domain: pages inside the lock. */
  *ioptFillAreas(
    this: IommuKernel,
    iopt: Iopt,
    elms: readonly Elm[],
    areas: readonly IoptArea[],
  ): Steps<number> {
    yield iopt.domainsRwsem.downRead;
    const ret = yield* this.ioptFillDomainsPages(iopt, elms, areas);
    if (ret === 0) yield* this.ioptPublishPages(iopt, elms, areas);
    yield iopt.domainsRwsem.upRead;
    return ret;
  }

  *ioptPublishPages(
    this: IommuKernel,
    iopt: Iopt,
    elms: readonly Elm[],
    areas: readonly IoptArea[],
  ): Steps {
    yield iopt.iovaRwsem.downWrite;
    for (const [i, area] of areas.entries()) {
      yield area.pages.write;
      area.pages.value = (elms[i] as Elm).pages;
    }
    yield iopt.iovaRwsem.upWrite;
  }

  *ioptFillDomainsPages(
    this: IommuKernel,
    iopt: Iopt,
    elms: readonly Elm[],
    areas: readonly IoptArea[],
  ): Steps<number> {
    for (const [i, area] of areas.entries()) {
      const ret = yield* this.ioptAreaFillDomains(iopt, area, (elms[i] as Elm).pages);
      if (ret === 0) continue;
      for (const [j, done] of areas.slice(0, i).entries())
        yield* this.ioptAreaUnfillDomains(iopt, done, (elms[j] as Elm).pages);
      return ret;
    }
    return 0;
  }

  /** iopt_alloc_area_pages: the range is taken by areas that have no pages yet. */
  *ioptAllocAreaPages(
    this: IommuKernel,
    iopt: Iopt,
    elms: readonly Elm[],
    areas: IoptArea[],
    wanted: U64 | null,
    prot: number,
  ): Steps<Placed> {
    for (const _ of elms) if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    const length = elms.reduce((sum, elm) => sum + elm.length, 0);
    yield iopt.iovaRwsem.downWrite;
    const placed = yield* this.ioptPlace(iopt, elms[0] as Elm, wanted, length);
    let ret = typeof placed === 'number' ? placed : 0;
    let iova = typeof placed === 'number' ? 0 : placed.iova;
    for (const elm of ret === 0 ? elms : []) {
      ret = yield* this.ioptInsertArea(iopt, elm, areas, iova, prot);
      if (ret !== 0) break;
      iova += elm.length;
    }
    yield iopt.iovaRwsem.upWrite;
    return ret === 0 ? placed : ret;
  }

  *ioptPlace(
    this: IommuKernel,
    iopt: Iopt,
    first: Elm,
    wanted: U64 | null,
    length: U64,
  ): Steps<Placed> {
    yield iopt.iovaAlignment.read;
    const alignment = iopt.iovaAlignment.value;
    if (length === 0 || length % alignment !== 0) return EINVAL;
    if (wanted === null) return yield* this.ioptAllocIova(iopt, first, length, alignment);
    const ret = yield* this.ioptCheckIova(iopt, wanted, length, alignment);
    return ret === 0 ? { iova: wanted } : ret;
  }

  /** iopt_check_iova. */
  *ioptCheckIova(
    this: IommuKernel,
    iopt: Iopt,
    iova: U64,
    length: U64,
    alignment: number,
  ): Steps<number> {
    if (iova % alignment !== 0) return EINVAL;
    const last = iova + length - 1;
    if (last >= ulongMax) return EOVERFLOW;
    yield iopt.reserved.read;
    if (iopt.reserved.value.members.some((r) => overlaps(r, iova, last))) return EINVAL;
    yield iopt.areas.read;
    return firstArea(iopt.areas.value, iova, last) === null ? 0 : EEXIST;
  }

  /** iopt_alloc_iova: the first hole from the second page on, aligned as the user address is. */
  *ioptAllocIova(
    this: IommuKernel,
    iopt: Iopt,
    { pages, startByte }: Elm,
    length: U64,
    alignment: number,
  ): Steps<Placed> {
    if (length >= ulongMax / 2) return EOVERFLOW;
    const size = 2 ** this.world.geometry.pageShift;
    const step = this.ioptIovaStep(pages.va + startByte, length);
    if (step < alignment) return EINVAL;
    yield iopt.reserved.read;
    const reserved = iopt.reserved.value.members;
    yield iopt.areas.read;
    const taken = [
      ...reserved.map(({ start, last }) => ({ start, last })),
      ...iopt.areas.value.members.map(({ iova, last }) => ({ start: iova, last })),
    ].sort((a, b) => a.start - b.start);
    let hole = size;
    for (const { start, last } of [...taken, { start: ulongMax - size, last: ulongMax }]) {
      const iova = this.ioptAlignUp(hole, step) + (startByte % size);
      if (start > hole && start - hole >= length && iova <= start - length) return { iova };
      hole = Math.max(hole, last + 1);
    }
    return ENOSPC;
  }

  /** No more than a huge page: ALIGN() up to it cannot overflow. */
  ioptIovaStep(this: IommuKernel, address: U64, length: U64): number {
    const power = 2 ** Math.ceil(Math.log2(length));
    const lowest = lowestBit(address);
    return Math.min(power, address === 0 ? power : lowest, 2 ** 21);
  }

  ioptAlignUp(this: IommuKernel, address: U64, step: number): U64 {
    return Math.ceil(address / step) * step;
  }

  /** iopt_insert_area. */
  *ioptInsertArea(
    this: IommuKernel,
    iopt: Iopt,
    { pages, startByte, length }: Elm,
    areas: IoptArea[],
    iova: U64,
    prot: number,
  ): Steps<number> {
    if ((prot & protBits.write) !== 0 && !pages.writable) return EPERM;
    yield iopt.iovaAlignment.read;
    const offset = startByte % 2 ** this.world.geometry.pageShift;
    if (offset % iopt.iovaAlignment.value !== 0) return EINVAL;
    yield iopt.areas.exchange;
    const area = this.world.heap.create(IoptArea, iova, length, startByte, prot);
    iopt.areas.value = iopt.areas.value.with(area);
    areas.push(area);
    return 0;
  }

  /** iopt_abort_area. */
  *ioptAbortArea(this: IommuKernel, iopt: Iopt, area: IoptArea): Steps {
    yield iopt.iovaRwsem.downWrite;
    yield iopt.areas.exchange;
    iopt.areas.value = iopt.areas.value.without(area);
    yield iopt.iovaRwsem.upWrite;
    yield area.free;
  }

  /** iopt_unmap_iova: what was unmapped counts also where it fails. */
  *ioptUnmapIova(
    this: IommuKernel,
    iopt: Iopt,
    iova: U64,
    length: U64,
  ): Steps<{ ret: number; unmapped: U64 }> {
    if (length === 0) return { ret: EINVAL, unmapped: 0 };
    const last = iova + length - 1;
    if (last >= ulongMax) return { ret: EOVERFLOW, unmapped: 0 };
    return yield* this.ioptUnmapIovaRange(iopt, iova, last);
  }

  /** iopt_unmap_iova_range: area by area; domains_rwsem is held while an area has no pages. */
  *ioptUnmapIovaRange(
    this: IommuKernel,
    iopt: Iopt,
    start: U64,
    last: U64,
  ): Steps<{ ret: number; unmapped: U64 }> {
    yield iopt.domainsRwsem.downRead;
    yield iopt.iovaRwsem.downWrite;
    let unmapped = 0;
    let ret = 0;
    for (;;) {
      yield iopt.areas.read;
      const area = firstArea(iopt.areas.value, start, last);
      if (area === null) break;
      const pages: IoptPages | number = yield* this.ioptUnmapAllowed(area, start, last);
      if (typeof pages === 'number') {
        ret = pages;
        break;
      }
      yield* this.ioptUnmapArea(iopt, area, pages);
      unmapped += area.length;
    }
    yield iopt.iovaRwsem.upWrite;
    yield iopt.domainsRwsem.upRead;
    return { ret: ret === 0 && unmapped === 0 ? ENOENT : ret, unmapped };
  }

  *ioptUnmapAllowed(
    this: IommuKernel,
    area: IoptArea,
    start: U64,
    last: U64,
  ): Steps<IoptPages | number> {
    yield area.pages.read;
    const pages = area.pages.value;
    if (pages === null) return EBUSY;
    return area.iova < start || area.last > last ? ENOENT : pages;
  }

  /** One area, without iova_rwsem while it leaves the domains. */
  *ioptUnmapArea(this: IommuKernel, iopt: Iopt, area: IoptArea, pages: IoptPages): Steps {
    yield area.pages.write;
    area.pages.value = null;
    yield iopt.iovaRwsem.upWrite;
    yield* this.ioptAreaUnfillDomains(iopt, area, pages);
    yield* this.ioptAbortArea(iopt, area);
    yield* this.ioptPutPages(pages);
    yield iopt.iovaRwsem.downWrite;
  }

  /** iopt_get_pages: the parts that cover a range without a hole, each with a reference. */
  *ioptGetPages(
    this: IommuKernel,
    iopt: Iopt,
    iova: U64,
    length: U64,
  ): Steps<readonly Elm[] | number> {
    if (length === 0) return EINVAL;
    const last = iova + length - 1;
    if (last >= ulongMax) return EOVERFLOW;
    const { elms, covered } = yield* this.ioptContigLocked(iopt, iova, last);
    if (covered) return elms;
    for (const { pages } of elms) yield* this.ioptPutPages(pages);
    return ENOENT;
  }

  *ioptContigLocked(this: IommuKernel, iopt: Iopt, iova: U64, last: U64): Steps<Contig> {
    yield iopt.iovaRwsem.downRead;
    const contig = yield* this.ioptForEachContigArea(iopt, iova, last);
    yield iopt.iovaRwsem.upRead;
    return contig;
  }

  /** iopt_for_each_contig_area: up to the first hole, or area that is being unmapped. */
  *ioptForEachContigArea(this: IommuKernel, iopt: Iopt, iova: U64, last: U64): Steps<Contig> {
    const elms: Elm[] = [];
    let area: IoptArea | null = null;
    let at = iova;
    while (at <= last) {
      yield iopt.areas.read;
      area = firstArea(iopt.areas.value, at, at);
      if (area === null) break;
      yield area.pages.read;
      const pages = area.pages.value;
      if (pages === null) break;
      yield pages.kref.get;
      const end = Math.min(last, area.last);
      elms.push({ pages, startByte: area.startByte + (at - area.iova), length: end - at + 1 });
      at = end + 1;
    }
    return { elms, area, covered: at > last };
  }

  /** iommufd_ioas_destroy: everything is unmapped; nobody refers to it. */
  *iommufdIoasDestroy(this: IommuKernel, ioas: Ioas): Steps {
    const { iopt } = ioas;
    const { ret } = yield* this.ioptUnmapIovaRange(iopt, 0, ulongMax - 1);
    bugOn(ret !== 0 && ret !== ENOENT, 'an IOAS cannot be unmapped at its end');
    yield iopt.domains.read;
    bugOn(!iopt.domains.value.empty, 'an IOAS ends with a domain');
    yield iopt.reserved.read;
    bugOn(!iopt.reserved.value.empty, 'an IOAS ends with a reserved range');
  }
}
