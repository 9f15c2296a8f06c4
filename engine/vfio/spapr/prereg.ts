// Registration through a container: which container registered what, and whose memory it is.
// spec/spapr-tce-v2.md §2, §7.

import { EBUSY, EINVAL, ENOENT, ENOMEM, EPERM } from '../../errno.ts';
import type { Mm } from '../../mm/mm.ts';
import type { MemRegion } from '../../powerpc/memRegion.ts';
import { listAdd, listDel, listFirst, listNext, type Steps } from '../../runtime/index.ts';
import type { U64 } from '../vocabulary.ts';
import type { SpaprKernel } from './kernel.ts';
import { type TceContainer, TcePrereg } from './objects.ts';

export class PreregSteps {
  /** Every ioctl but CHECK_EXTENSION: a container serves the process that first used it (-EPERM). */
  *tceIommuMmCheck(this: SpaprKernel, container: TceContainer): Steps<number> {
    yield container.mm.readOnce;
    const mm = container.mm.value;
    return mm !== null && mm !== this.world.currentMm() ? EPERM : 0;
  }

  /** tce_iommu_mm_set: the first process to get here keeps the container. */
  *tceIommuMmSet(this: SpaprKernel, container: TceContainer): Steps<number> {
    const current = this.world.currentMm() as Mm;
    yield container.mm.exchange;
    const mm = container.mm.value;
    if (mm !== null) return mm === current ? 0 : EPERM;
    container.mm.value = current;
    yield current.count.get;
    return 0;
  }

  /** The process whose memory the container works on; null: nobody's yet. */
  *tceMm(this: SpaprKernel, container: TceContainer): Steps<Mm | null> {
    yield container.mm.readOnce;
    return container.mm.value;
  }

  *tceIommuRegisterPages(
    this: SpaprKernel,
    container: TceContainer,
    va: U64,
    size: U64,
  ): Steps<number> {
    const page = 2 ** this.world.geometry.pageShift;
    if (va % page !== 0 || size % page !== 0 || va + size >= 2 ** 64) return EINVAL;
    const refused = this.tceIommuSizeCheck(size);
    if (refused !== 0) return refused;
    const mm = (yield* this.tceMm(container)) as Mm;
    const same = (mem: MemRegion) => mem.ua === va && mem.end === va + size;
    if ((yield* this.tceIommuPreregFind(container, same)) !== null) return EBUSY;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    const mem =
      (yield* this.mmIommuGet(mm, va, size / page)) ??
      (yield* this.mmIommuNew(mm, va, size / page));
    if (typeof mem === 'number') return mem;
    yield* listAdd(container.preregList, this.world.heap.create(TcePrereg, mem));
    yield* this.tceIommuEnabledBy(container);
    return 0;
  }

  /** A region of no pages is refused before anything is done for it. */
  tceIommuSizeCheck(this: SpaprKernel, size: U64): number {
    return size === 0 ? EINVAL : 0;
  }

  /** The first REGISTER enables a v2 container for good. */
  *tceIommuEnabledBy(this: SpaprKernel, container: TceContainer): Steps {
    yield container.enabled.writeOnce;
    container.enabled.value = true;
  }

  /** Exactly what was registered, by this container; a region with live TCEs stays (-EBUSY). */
  *tceIommuUnregisterPages(
    this: SpaprKernel,
    container: TceContainer,
    va: U64,
    size: U64,
  ): Steps<number> {
    const page = 2 ** this.world.geometry.pageShift;
    if (va % page !== 0 || size % page !== 0) return EINVAL;
    const mm = yield* this.tceMm(container);
    if (mm === null) return EPERM;
    const meant = (mem: MemRegion) => this.tceIommuRegionMeant(mem, va, size);
    const node = yield* this.tceIommuPreregFind(container, meant);
    if (node === null) return this.tceIommuUnregisterMiss();
    return yield* this.tceIommuPreregFree(container, mm, node);
  }

  /** The container's own first registration that `meant` accepts. */
  *tceIommuPreregFind(
    this: SpaprKernel,
    container: TceContainer,
    meant: (mem: MemRegion) => boolean,
  ): Steps<TcePrereg | null> {
    let node = yield* listFirst(container.preregList);
    while (node !== null && !meant(node.mem)) node = yield* listNext(node);
    return node;
  }

  /** Whether UNREGISTER of [va, va + size) means this region: same address, same size. */
  tceIommuRegionMeant(this: SpaprKernel, mem: MemRegion, va: U64, size: U64): boolean {
    return mem.ua === va && mem.end === va + size;
  }

  tceIommuUnregisterMiss(this: SpaprKernel): number {
    return ENOENT;
  }

  /** tce_iommu_prereg_free: the node goes only if the registration does. */
  *tceIommuPreregFree(
    this: SpaprKernel,
    container: TceContainer,
    mm: Mm,
    node: TcePrereg,
  ): Steps<number> {
    const ret = yield* this.mmIommuPut(mm, node.mem);
    if (ret !== 0) return ret;
    yield* listDel(container.preregList, node);
    yield node.free;
    return 0;
  }
}
