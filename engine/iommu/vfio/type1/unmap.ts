// vfio_iommu_type1.c: VFIO_IOMMU_UNMAP_DMA (spec/iommu-core.md §5), and removal of one mapping:
// from the other domains, then from the first while its pages are looked up, then the flush, then
// the pins.

import { EBUSY, EINVAL } from '../../../errno.ts';
import { bugOn, type Outcome, type Steps } from '../../../runtime/index.ts';
import type { U64 } from '../../../vfio/vocabulary.ts';
import type { IommuDomain } from '../../core/domain.ts';
import { newGather } from '../../core/gather.ts';
import type { IommuKernel } from '../../kernel.ts';
import type { OpOf } from '../../vocabulary/index.ts';
import type { Type1, VfioDma } from './objects.ts';
import type { Run } from './pin.ts';

/** VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP, _ALL, _VADDR. */
export const unmapFlags = { dirtyBitmap: 1, all: 2, vaddr: 4 } as const;

type UnmapDma = OpOf<'vfio_unmap_dma'>;

/** What the ioctl writes back. */
interface Removed {
  ret: number;
  size: U64;
  dirty: number;
}

const beyond = 2 ** 64;

/** Times that mediated devices are asked to let go of a mapping before the kernel gives up. */
const maxRetries = 10;

export class Type1UnmapSteps {
  /** vfio_dma_do_unmap. */
  *vfioDmaDoUnmap(this: IommuKernel, iommu: Type1, op: UnmapDma): Steps<Outcome> {
    yield iommu.lock.lock;
    const removed = { ret: 0, size: 0, dirty: 0 };
    removed.ret = yield* this.type1UnmapArguments(iommu, op);
    if (removed.ret === 0) yield* this.type1UnmapLocked(iommu, op, removed);
    yield iommu.lock.unlock;
    const { ret, size, dirty } = removed;
    if (ret !== 0) return { ret };
    const withBitmap = ((op.flags ?? 0) & unmapFlags.dirtyBitmap) !== 0;
    return { ret, out: withBitmap ? { size, dirty } : { size } };
  }

  *type1UnmapArguments(this: IommuKernel, iommu: Type1, op: UnmapDma): Steps<number> {
    const { iova, size } = op;
    const flags = op.flags ?? 0;
    if ((flags & unmapFlags.vaddr) !== 0 && (yield* this.type1VaddrBarred(iommu))) return EBUSY;
    yield iommu.pgsize.read;
    const pgsize = iommu.pgsize.value;
    if (iova % pgsize !== 0) return EINVAL;
    if ((flags & unmapFlags.all) !== 0) return iova === 0 && size === 0 ? 0 : EINVAL;
    if (size === 0 || size % pgsize !== 0) return EINVAL;
    if (iova + size > beyond) return EINVAL;
    if ((flags & unmapFlags.dirtyBitmap) === 0) return 0;
    yield iommu.dirtyPageTracking.read;
    return iommu.dirtyPageTracking.value && (op.pgsize ?? pgsize) === pgsize ? 0 : EINVAL;
  }

  /** Mediated devices pin by vaddr whenever they want to: it must stay valid. */
  *type1VaddrBarred(this: IommuKernel, iommu: Type1): Steps<boolean> {
    yield iommu.emulatedGroups.read;
    return iommu.emulatedGroups.value.items.length > 0;
  }

  *type1UnmapLocked(this: IommuKernel, iommu: Type1, op: UnmapDma, removed: Removed): Steps {
    const flags = op.flags ?? 0;
    const all = (flags & unmapFlags.all) !== 0;
    const end = all ? beyond : this.type1End(op.iova, op.size);
    for (let retries = 0; ; retries++) {
      bugOn(retries > maxRetries, 'mediated devices do not let go of a mapping');
      const dmas = yield* this.type1ToUnmap(iommu, op.iova, end, all);
      if (typeof dmas === 'number') {
        removed.ret = dmas;
        return;
      }
      if ((flags & unmapFlags.vaddr) !== 0) {
        yield* this.type1InvalidateVaddr(iommu, dmas, removed);
        return;
      }
      if (!(yield* this.type1RemoveDmas(iommu, dmas, flags, removed))) return;
    }
  }

  /** The mappings that a request takes away; -EINVAL where it would cut one. */
  *type1ToUnmap(
    this: IommuKernel,
    iommu: Type1,
    iova: U64,
    end: U64,
    all: boolean,
  ): Steps<VfioDma[] | number> {
    yield iommu.dmaList.read;
    const dmas = this.type1From(iommu.dmaList.value.items, iova).filter((d) => d.iova < end);
    const [first] = dmas;
    const last = dmas.at(-1);
    if (all || first === undefined || last === undefined) return dmas;
    if (iommu.v2) return first.iova < iova || last.end > end ? EINVAL : dmas;
    // v1: a mapping that begins before the range ends the walk; one that ends after it goes whole.
    const cut = dmas.findIndex((d) => d.iova < iova);
    return cut < 0 ? dmas : dmas.slice(0, cut);
  }

  /** vfio_find_dma_first_node and all that follow. */
  type1From(this: IommuKernel, dmas: readonly VfioDma[], iova: U64): VfioDma[] {
    const first = dmas.findIndex((d) => iova < this.type1End(d.iova, d.size));
    return first < 0 ? [] : dmas.slice(first);
  }

  /** All of them, or none where one is invalid already. */
  *type1InvalidateVaddr(
    this: IommuKernel,
    iommu: Type1,
    dmas: readonly VfioDma[],
    removed: Removed,
  ): Steps {
    for (const [i, dma] of dmas.entries()) {
      yield dma.vaddrInvalid.read;
      if (dma.vaddrInvalid.value) {
        for (const done of dmas.slice(0, i)) yield* this.type1SetVaddrInvalid(iommu, done, false);
        Object.assign(removed, { ret: EINVAL, size: 0 });
        return;
      }
      yield* this.type1SetVaddrInvalid(iommu, dma, true);
      removed.size += dma.size;
    }
  }

  /** Whether the walk must begin anew: a mediated device was asked to unpin, without the lock. */
  *type1RemoveDmas(
    this: IommuKernel,
    iommu: Type1,
    dmas: readonly VfioDma[],
    flags: number,
    removed: Removed,
  ): Steps<boolean> {
    for (const dma of dmas) {
      yield dma.pfnList.read;
      if (dma.pfnList.value.items.length > 0) {
        yield* this.vfioNotifyDmaUnmap(iommu, dma);
        return true;
      }
      if ((flags & unmapFlags.dirtyBitmap) !== 0) {
        const dirty = yield* this.updateUserBitmap(iommu, dma);
        if (dirty < 0) {
          removed.ret = dirty;
          return false;
        }
        removed.dirty += dirty;
      }
      removed.size += dma.size;
      yield* this.vfioRemoveDma(iommu, dma);
    }
    return false;
  }

  /** vfio_remove_dma; `mapped`: as far as a MAP that failed has come. */
  *vfioRemoveDma(this: IommuKernel, iommu: Type1, dma: VfioDma, mapped: U64 = dma.size): Steps {
    yield* this.vfioUnmapUnpin(iommu, dma, mapped);
    yield iommu.dmaList.read;
    const left = iommu.dmaList.value.items.filter((d) => d !== dma);
    yield iommu.dmaList.write;
    iommu.dmaList.value = iommu.dmaList.of(left);
    yield dma.vaddrInvalid.read;
    if (dma.vaddrInvalid.value) yield* this.type1SetVaddrInvalid(iommu, dma, false);
    yield dma.free;
    yield* this.type1DmaAvailable(iommu);
  }

  *type1DmaAvailable(this: IommuKernel, iommu: Type1): Steps {
    yield iommu.dmaAvail.read;
    const available = iommu.dmaAvail.value;
    yield iommu.dmaAvail.write;
    iommu.dmaAvail.value = available + 1;
  }

  /** vfio_unmap_unpin with accounting. */
  *vfioUnmapUnpin(this: IommuKernel, iommu: Type1, dma: VfioDma, mapped: U64): Steps {
    const unlocked = yield* this.type1UnmapDomains(iommu, dma, mapped);
    yield* this.vfioLockAcct(dma, -unlocked);
  }

  /** From every domain; answers the pages unpinned. */
  *type1UnmapDomains(this: IommuKernel, iommu: Type1, dma: VfioDma, mapped: U64): Steps<number> {
    yield iommu.domainList.read;
    const [first, ...others] = iommu.domainList.value.items;
    yield dma.iommuMapped.read;
    if (mapped === 0 || first === undefined || !dma.iommuMapped.value) return 0;
    for (const other of others) yield* this.iommuUnmap(other.domain, dma.iova, mapped);
    const unlocked = yield* this.type1UnmapFirst(dma, first.domain, mapped);
    yield dma.iommuMapped.write;
    dma.iommuMapped.value = false;
    return unlocked;
  }

  /**
   * Run by run out of the first domain; pages are unpinned when nothing can reach them any more.
   */
  *type1UnmapFirst(
    this: IommuKernel,
    dma: VfioDma,
    domain: IommuDomain,
    mapped: U64,
  ): Steps<number> {
    const gather = newGather();
    const runs: Run[] = [];
    const end = this.type1End(dma.iova, mapped);
    const last = Math.max(end - 1, dma.iova);
    yield domain.contract.enter('unmap', dma.iova, last);
    let at = dma.iova;
    while (at < end) {
      const run = yield* this.type1RunAt(domain, at, end);
      bugOn(run === null, 'a mapped page has no translation');
      if (run === null) {
        at += 2 ** this.world.geometry.pageShift;
        continue;
      }
      const size = yield* this.iommuUnmapFast(domain, at, run.size, gather);
      bugOn(size === 0, 'a mapped run cannot be unmapped');
      if (size === 0) break;
      // A driver takes whole leaves: more may have gone than was asked for.
      runs.push({ pa: run.pa, size });
      at += size;
    }
    const pages = yield* this.vfioSyncUnpin(domain, gather, runs);
    yield domain.contract.leave('unmap', dma.iova, last);
    return pages;
  }

  /** vfio_sync_unpin: first the flush, then the pins. */
  *vfioSyncUnpin(
    this: IommuKernel,
    domain: IommuDomain,
    gather: ReturnType<typeof newGather>,
    runs: readonly Run[],
  ): Steps<number> {
    yield* this.iommuIotlbSync(domain, gather);
    for (const run of runs) yield* this.vfioUnpinRun(run);
    const bytes = runs.reduce((sum, run) => sum + run.size, 0);
    return bytes / 2 ** this.world.geometry.pageShift;
  }

  /** Pages from `at` on that are contiguous in a domain; null: nothing is there. */
  *type1RunAt(this: IommuKernel, domain: IommuDomain, at: U64, end: U64): Steps<Run | null> {
    const pageSize = 2 ** this.world.geometry.pageShift;
    const pa = yield* this.iommuIovaToPhys(domain, at);
    if (pa === 0) return null;
    let size = pageSize;
    while (at + size < end && (yield* this.iommuIovaToPhys(domain, at + size)) === pa + size)
      size += pageSize;
    return { pa, size };
  }
}
