// arch/powerpc/mm/book3s64/iommu_api.c: registration of memory regions, per process. A region is
// listed while it is registered; `used` counts registrations, `mapped` the TCEs (plus one).
// Rules and error codes: spec/spapr-tce-v2.md §7.

import { EBUSY, EFAULT, EINVAL, ENOENT, ENOMEM, ENXIO } from '../errno.ts';
import type { Mm, Page } from '../mm/mm.ts';
import { listAdd, listDel, listFirst, listNext, mightSleep, type Steps } from '../runtime/index.ts';
import type { SpaprKernel } from '../vfio/spapr/kernel.ts';
import type { U64 } from '../vfio/vocabulary.ts';
import { MemRegion } from './memRegion.ts';

export class MmIommuSteps {
  /** mm_iommu_get: a reference to the region of exactly (ua, entries), or null. */
  *mmIommuGet(this: SpaprKernel, mm: Mm, ua: U64, entries: number): Steps<MemRegion | null> {
    const { memListMutex } = this.world.mmIommu;
    yield memListMutex.lock;
    let mem = yield* listFirst(mm.memList);
    while (mem !== null && (mem.ua !== ua || mem.entries !== entries)) mem = yield* listNext(mem);
    if (mem !== null) yield* this.mmIommuUse(mem);
    yield memListMutex.unlock;
    return mem;
  }

  /** mm_iommu_find: the first region that `meant` accepts, without a reference. */
  *mmIommuFind(
    this: SpaprKernel,
    mm: Mm,
    meant: (mem: MemRegion) => boolean,
  ): Steps<MemRegion | null> {
    const { memListMutex } = this.world.mmIommu;
    yield memListMutex.lock;
    let mem = yield* listFirst(mm.memList);
    while (mem !== null && !meant(mem)) mem = yield* listNext(mem);
    yield memListMutex.unlock;
    return mem;
  }

  /** One more registration of a listed region; mem_list_mutex is held. */
  *mmIommuUse(this: SpaprKernel, mem: MemRegion): Steps {
    yield mem.used.read;
    const used = mem.used.value;
    // A region left to its TCEs gets its base count back with its first new user.
    if (used === 0) yield mem.mapped.inc;
    yield mem.used.write;
    mem.used.value = used + 1;
  }

  /** mm_iommu_new: charges, allocates, pins, and lists a region that overlaps no other. */
  *mmIommuNew(this: SpaprKernel, mm: Mm, ua: U64, entries: number): Steps<MemRegion | number> {
    yield mm.lockedVm.charge(entries);
    if (!mm.lockedVm.charged) return ENOMEM;
    const mem = yield* this.mmIommuAlloc(mm, ua, entries);
    if (typeof mem === 'number') {
      yield mm.lockedVm.uncharge(entries);
      return mem;
    }
    const { memListMutex } = this.world.mmIommu;
    yield memListMutex.lock;
    const overlaps = yield* this.mmIommuOverlaps(mm, mem.ua, mem.end);
    if (!overlaps) yield* listAdd(mm.memList, mem, true);
    yield memListMutex.unlock;
    if (!overlaps) return mem;
    yield mm.lockedVm.uncharge(entries);
    yield* mem.reclaim();
    return EINVAL;
  }

  *mmIommuOverlaps(this: SpaprKernel, mm: Mm, ua: U64, end: U64): Steps<boolean> {
    let other = yield* listFirst(mm.memList);
    while (other !== null && !other.overlaps(ua, end)) other = yield* listNext(other);
    return other !== null;
  }

  /** The struct, its array of host addresses, and the pins; undone if any of it fails. */
  *mmIommuAlloc(this: SpaprKernel, mm: Mm, ua: U64, entries: number): Steps<MemRegion | number> {
    const { world } = this;
    mightSleep();
    if (yield* world.refuses('kzalloc')) return ENOMEM;
    if (yield* world.refuses('vzalloc')) return ENOMEM;
    const { pageShift } = world.geometry;
    const pages = yield* this.mmIommuPin(mm, ua, entries);
    if (pages === null) return EFAULT;
    const smallest = Math.min(alignment(ua), ...pages.map((p) => p.shift));
    return world.heap.create(MemRegion, mm, ua, entries, pageShift, Math.max(pageShift, smallest));
  }

  /** pin_user_pages for write; null and no pin left if one page cannot be had. */
  *mmIommuPin(this: SpaprKernel, mm: Mm, ua: U64, entries: number): Steps<Page[] | null> {
    const pages: Page[] = [];
    for (let i = 0; i < entries; i++) {
      const page = mm.pageAt(
        ua + i * 2 ** this.world.geometry.pageShift,
        this.world.geometry.pageShift,
      );
      if (page === null || (yield* this.world.refuses('pin'))) {
        for (const pinned of pages) yield pinned.pins.dec;
        return null;
      }
      yield page.pins.inc;
      pages.push(page);
    }
    return pages;
  }

  /** mm_iommu_put: one registration less; the last one ends the region unless it is mapped. */
  *mmIommuPut(this: SpaprKernel, mm: Mm, mem: MemRegion): Steps<number> {
    const { memListMutex } = this.world.mmIommu;
    yield memListMutex.lock;
    const ret = yield* this.mmIommuPutLocked(mm, mem);
    yield memListMutex.unlock;
    return ret;
  }

  *mmIommuPutLocked(this: SpaprKernel, mm: Mm, mem: MemRegion): Steps<number> {
    yield mem.used.read;
    const used = mem.used.value;
    if (used === 0) return ENOENT;
    // The TCEs of a region keep it alive: only an idle one may go from its last user.
    if (used === 1) {
      yield mem.mapped.cmpxchg(1, 0);
      if (!mem.mapped.succeeded) return EBUSY;
    }
    yield mem.used.write;
    mem.used.value = used - 1;
    if (used === 1) yield* this.mmIommuRelease(mm, mem);
    return 0;
  }

  /**
   * The registration of a container that goes away. Unlike a put it cannot be refused: a region that
   * other containers still map is left to those TCEs, and its base count goes. If they all went
   * since the put was refused, so does the region.
   */
  *mmIommuDrop(this: SpaprKernel, mm: Mm, mem: MemRegion): Steps {
    const { memListMutex } = this.world.mmIommu;
    yield memListMutex.lock;
    if ((yield* this.mmIommuPutLocked(mm, mem)) === EBUSY) {
      yield mem.used.write;
      mem.used.value = 0;
      yield* this.mmIommuOrphanPut(mm, mem);
    }
    yield memListMutex.unlock;
  }

  /** mm_iommu_release: unlisted now, unpinned and freed after a grace period. */
  *mmIommuRelease(this: SpaprKernel, mm: Mm, mem: MemRegion): Steps {
    yield* listDel(mm.memList, mem);
    yield mm.lockedVm.uncharge(mem.entries);
    yield this.world.rcu.call(mem);
  }

  /** mm_iommu_lookup: the first region that contains [ua, ua + size); in an RCU section. */
  *mmIommuLookup(this: SpaprKernel, mm: Mm, ua: U64, size: U64): Steps<MemRegion | null> {
    let mem = yield* listFirst(mm.memList, true);
    while (mem !== null && !mem.contains(ua, size)) mem = yield* listNext(mem, true);
    return mem;
  }

  /** mm_iommu_mapped_inc: one more TCE, unless the region is being unregistered (-ENXIO). */
  *mmIommuMappedInc(this: SpaprKernel, mem: MemRegion): Steps<number> {
    yield mem.mapped.incNotZero;
    return mem.mapped.succeeded ? 0 : ENXIO;
  }

  /** mm_iommu_mapped_dec; answers whether the TCE was the last thing that kept the region. */
  *mmIommuMappedDec(this: SpaprKernel, mem: MemRegion): Steps<boolean> {
    yield mem.mapped.decUnlessOne;
    return !mem.mapped.succeeded;
  }

  /** The last TCE of a region that nobody has registered any more: the region goes with it. */
  *mmIommuLastUnmapped(this: SpaprKernel, mm: Mm, mem: MemRegion): Steps {
    const { memListMutex } = this.world.mmIommu;
    yield memListMutex.lock;
    yield mem.used.read;
    // Others may have mapped or registered it since this TCE was the last.
    if (mem.used.value === 0) yield* this.mmIommuOrphanPut(mm, mem);
    else yield mem.mapped.decUnlessOne;
    yield memListMutex.unlock;
  }

  /** One count less of a region without users, the last of which holds it; mem_list_mutex is held. */
  *mmIommuOrphanPut(this: SpaprKernel, mm: Mm, mem: MemRegion): Steps {
    yield mem.mapped.decAndTest;
    if (mem.mapped.succeeded) yield* this.mmIommuRelease(mm, mem);
  }
}

/** log2 of the largest power of two that divides the address (at most 2^30). */
function alignment(ua: U64): number {
  let shift = 12;
  while (shift < 30 && ua % 2 ** (shift + 1) === 0) shift++;
  return shift;
}
