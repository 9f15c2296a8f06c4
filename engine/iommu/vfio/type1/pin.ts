// vfio_iommu_type1.c: pinning of user memory for mappings, and what is accounted for it
// (spec/iommu-core.md §5). vfio_iommu->lock is held.

import { EFAULT, ENOMEM } from '../../../errno.ts';
import type { Steps } from '../../../runtime/index.ts';
import type { U64 } from '../../../vfio/vocabulary.ts';
import type { PhysPage } from '../../core/objects.ts';
import type { IommuKernel } from '../../kernel.ts';
import type { Mm } from '../../mm.ts';
import type { VfioDma } from './objects.ts';

/** Physically contiguous pages, pinned and accounted. */
export interface Run {
  readonly pa: U64;
  readonly size: U64;
}

export class Type1PinSteps {
  /** vfio_pin_pages_remote: from the start of a range as many pages as are contiguous. */
  *vfioPinPagesRemote(
    this: IommuKernel,
    dma: VfioDma,
    offset: U64,
    size: U64,
  ): Steps<Run | number> {
    const pageSize = 2 ** this.world.geometry.pageShift;
    yield dma.mm.read;
    const mm = dma.mm.value;
    yield dma.vaddr.read;
    const va = dma.vaddr.value + offset;
    const pages: PhysPage[] = [];
    let ret = 0;
    while (pages.length * pageSize < size) {
      const page = yield* this.pinUserPage(mm, va + pages.length * pageSize);
      if (page === null) {
        ret = EFAULT;
        break;
      }
      const first = pages[0] ?? page;
      if (page.pa !== first.pa + pages.length * pageSize) {
        yield* this.unpinUserPage(page);
        break;
      }
      pages.push(page);
    }
    const accounted = yield* this.vfioUnaccountedPages(dma, dma.iova + offset, pages.length);
    if (ret === 0 && !(yield* this.vfioLockAcct(dma, accounted))) ret = ENOMEM;
    const [first] = pages;
    if (ret === 0 && first !== undefined) return { pa: first.pa, size: pages.length * pageSize };
    for (const page of pages) yield* this.unpinUserPage(page);
    return ret;
  }

  /** Pages of a range but for those that a mediated device has pinned, which are accounted. */
  *vfioUnaccountedPages(this: IommuKernel, dma: VfioDma, iova: U64, pages: number): Steps<number> {
    const end = iova + pages * 2 ** this.world.geometry.pageShift;
    yield dma.pfnList.read;
    const pinned = dma.pfnList.value.items.filter((p) => iova <= p.iova && p.iova < end);
    return pages - pinned.length;
  }

  /** vfio_lock_acct of `pages` more, or fewer: whether the limit allows it. */
  *vfioLockAcct(this: IommuKernel, dma: VfioDma, pages: number): Steps<boolean> {
    if (pages === 0) return true;
    const { lockedVm } = yield* this.type1AccountedMm(dma);
    if (pages < 0) yield lockedVm.uncharge(-pages);
    else {
      yield lockedVm.charge(pages);
      if (!lockedVm.charged) return false;
    }
    yield dma.lockedPages.read;
    const locked = dma.lockedPages.value;
    yield dma.lockedPages.write;
    dma.lockedPages.value = locked + pages;
    return true;
  }

  /** dma->mm: where the pages were accounted, whatever memory its process has by now. */
  *type1AccountedMm(this: IommuKernel, dma: VfioDma): Steps<Mm> {
    yield dma.mm.read;
    return dma.mm.value;
  }

  /** put_pfn of each page of a run. */
  *vfioUnpinRun(this: IommuKernel, { pa, size }: Run): Steps {
    const pageSize = 2 ** this.world.geometry.pageShift;
    for (let at = pa; at < pa + size; at += pageSize)
      yield* this.unpinUserPage(this.world.page(at));
  }

  /** vfio_unpin_pages_remote with accounting. */
  *vfioUnpinPagesRemote(this: IommuKernel, dma: VfioDma, iova: U64, run: Run): Steps {
    yield* this.vfioUnpinRun(run);
    const pages = run.size / 2 ** this.world.geometry.pageShift;
    const accounted = yield* this.vfioUnaccountedPages(dma, iova, pages);
    yield* this.vfioLockAcct(dma, -accounted);
  }
}
