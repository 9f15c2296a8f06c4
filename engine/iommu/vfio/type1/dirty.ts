// vfio_iommu_type1.c: the software dirty log (spec/split-merge-dirty.md §6): a bitmap for each
// mapping, in which everything is dirty while a group writes what it does not pin.

import { EACCES, EFAULT, EINVAL, ENOMEM } from '../../../errno.ts';
import type { Outcome, Steps } from '../../../runtime/index.ts';
import type { U64 } from '../../../vfio/vocabulary.ts';
import type { IommuKernel } from '../../kernel.ts';
import type { OpOf } from '../../vocabulary/index.ts';
import type { Type1, VfioDma } from './objects.ts';

/** VFIO_IOMMU_DIRTY_PAGES_FLAG_START, _STOP, _GET_BITMAP. */
export const dirtyFlags = { start: 1, stop: 2, getBitmap: 4 } as const;

/** DIRTY_BITMAP_PAGES_MAX. */
const maxPages = 2 ** 31 - 1;

type DirtyPages = OpOf<'vfio_dirty_pages'>;

export class Type1DirtySteps {
  *vfioIommuType1DirtyPages(this: IommuKernel, iommu: Type1, op: DirtyPages): Steps<Outcome> {
    const { start, stop, getBitmap } = dirtyFlags;
    if (!iommu.v2) return { ret: EACCES };
    if (op.badPointer === true) return { ret: EFAULT };
    if (op.shortArgsz === true || ![start, stop, getBitmap].some((f) => f === op.flags))
      return { ret: EINVAL };
    yield iommu.lock.lock;
    const result = yield* this.type1DirtyLocked(iommu, op);
    yield iommu.lock.unlock;
    return result;
  }

  *type1DirtyLocked(this: IommuKernel, iommu: Type1, op: DirtyPages): Steps<Outcome> {
    yield iommu.dirtyPageTracking.read;
    const tracking = iommu.dirtyPageTracking.value;
    if (op.flags === dirtyFlags.getBitmap) return yield* this.type1GetBitmap(iommu, op, tracking);
    if (op.flags === dirtyFlags.stop) {
      if (tracking) yield* this.type1StopTracking(iommu);
      return { ret: 0 };
    }
    if (tracking) return { ret: 0 };
    const ret = yield* this.vfioDmaBitmapAllocAll(iommu);
    if (ret === 0) yield* this.type1SetTracking(iommu, true);
    return { ret };
  }

  *type1SetTracking(this: IommuKernel, iommu: Type1, tracking: boolean): Steps {
    yield iommu.dirtyPageTracking.write;
    iommu.dirtyPageTracking.value = tracking;
  }

  *type1StopTracking(this: IommuKernel, iommu: Type1): Steps {
    yield* this.type1SetTracking(iommu, false);
    yield iommu.dmaList.read;
    for (const dma of iommu.dmaList.value.items) yield* this.vfioDmaBitmapFree(dma);
  }

  /** vfio_dma_bitmap_alloc_all: for every mapping, or for none. */
  *vfioDmaBitmapAllocAll(this: IommuKernel, iommu: Type1): Steps<number> {
    yield iommu.dmaList.read;
    const dmas = iommu.dmaList.value.items;
    for (const [i, dma] of dmas.entries()) {
      const ret = yield* this.vfioDmaBitmapAlloc(dma);
      if (ret === 0) continue;
      yield* this.type1BitmapUnwind(dmas, i);
      return ret;
    }
    return 0;
  }

  *type1BitmapUnwind(this: IommuKernel, dmas: readonly VfioDma[], failed: number): Steps {
    for (const dma of dmas.slice(0, failed).reverse()) yield* this.vfioDmaBitmapFree(dma);
  }

  /** vfio_dma_bitmap_alloc, with what is pinned already set. */
  *vfioDmaBitmapAlloc(this: IommuKernel, dma: VfioDma): Steps<number> {
    if (dma.size / 2 ** this.world.geometry.pageShift > maxPages) return EINVAL;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    const bitmap = yield* this.type1PinnedBits(dma);
    yield dma.bitmap.write;
    dma.bitmap.value = bitmap;
    return 0;
  }

  *vfioDmaBitmapFree(this: IommuKernel, dma: VfioDma): Steps {
    yield dma.bitmap.write;
    dma.bitmap.value = null;
  }

  /** vfio_dma_populate_bitmap: the pages that mediated devices have pinned. */
  *type1PinnedBits(this: IommuKernel, dma: VfioDma): Steps<string> {
    yield dma.pfnList.read;
    const pinned = new Set(dma.pfnList.value.items.map((p) => p.iova));
    const pageSize = 2 ** this.world.geometry.pageShift;
    const pages = Array.from({ length: dma.size / pageSize }, (_, i) => dma.iova + i * pageSize);
    return pages.map((iova) => (pinned.has(iova) ? '1' : '0')).join('');
  }

  *vfioIommuPopulateBitmapFull(this: IommuKernel, iommu: Type1): Steps {
    yield iommu.dmaList.read;
    for (const dma of iommu.dmaList.value.items) yield* this.type1AllDirty(dma);
  }

  *type1AllDirty(this: IommuKernel, dma: VfioDma): Steps {
    yield dma.bitmap.write;
    dma.bitmap.value = '1'.repeat(dma.size / 2 ** this.world.geometry.pageShift);
  }

  *type1MarkDirty(this: IommuKernel, dma: VfioDma, iova: U64): Steps {
    const at = (iova - dma.iova) / 2 ** this.world.geometry.pageShift;
    yield dma.bitmap.read;
    const bits = dma.bitmap.value;
    if (bits === null) return;
    yield dma.bitmap.write;
    dma.bitmap.value = `${bits.slice(0, at)}1${bits.slice(at + 1)}`;
  }

  *type1GetBitmap(
    this: IommuKernel,
    iommu: Type1,
    op: DirtyPages,
    tracking: boolean,
  ): Steps<Outcome> {
    const iova = op.iova ?? 0;
    const size = op.size ?? 0;
    if (iova + size > 2 ** 64) return { ret: EINVAL };
    yield iommu.pgsize.read;
    const pgsize = iommu.pgsize.value;
    if ((op.pgsize ?? pgsize) !== pgsize || iova % pgsize !== 0) return { ret: EINVAL };
    if (size === 0 || size % pgsize !== 0 || !tracking) return { ret: EINVAL };
    yield iommu.dmaList.read;
    const dmas = iommu.dmaList.value.items.filter((d) => d.iova < iova + size && iova < d.end);
    if (dmas.some((d) => d.iova < iova || iova + size < d.end)) return { ret: EINVAL };
    let dirty = 0;
    for (const dma of dmas) {
      const bits = yield* this.updateUserBitmap(iommu, dma);
      if (bits < 0) return { ret: bits };
      dirty += bits;
      yield* this.type1Repopulate(dma);
    }
    return { ret: 0, out: { dirty } };
  }

  /** What was reported is clean again, but for what is still pinned. */
  *type1Repopulate(this: IommuKernel, dma: VfioDma): Steps {
    const bitmap = yield* this.type1PinnedBits(dma);
    yield dma.bitmap.write;
    dma.bitmap.value = bitmap;
  }

  /** update_user_bitmap: the number of bits set, or an errno. */
  *updateUserBitmap(this: IommuKernel, iommu: Type1, dma: VfioDma): Steps<number> {
    yield iommu.numNonPinnedGroups.read;
    const unseen = iommu.numNonPinnedGroups.value > 0;
    yield dma.iommuMapped.read;
    if (unseen && dma.iommuMapped.value) yield* this.type1AllDirty(dma);
    if (yield* this.world.refuses('bitmap')) return EFAULT;
    yield dma.bitmap.read;
    return (dma.bitmap.value ?? '').replaceAll('0', '').length;
  }
}
