// vfio_iommu_type1.c: VFIO_IOMMU_MAP_DMA (spec/iommu-core.md §5). User memory is pinned run by run,
// and each run is mapped in every domain.

import { EEXIST, EINVAL, ENOENT, ENOMEM, ENOSPC } from '../../../errno.ts';
import type { Steps } from '../../../runtime/index.ts';
import type { U64 } from '../../../vfio/vocabulary.ts';
import { prot } from '../../core/leaf.ts';
import type { IommuKernel } from '../../kernel.ts';
import type { Mm } from '../../mm.ts';
import type { OpOf } from '../../vocabulary/index.ts';
import type { VfioProcess } from '../objects.ts';
import { type Type1, VfioDma } from './objects.ts';
import type { Run } from './pin.ts';

/** VFIO_DMA_MAP_FLAG_READ, _WRITE, _VADDR. */
export const mapFlags = { read: 1, write: 2, vaddr: 4 } as const;

type MapDma = OpOf<'vfio_map_dma'>;

/** The first address beyond 64 bits. */
const beyond = 2 ** 64;

export class Type1MapSteps {
  /** vfio_dma_do_map. */
  *vfioDmaDoMap(this: IommuKernel, iommu: Type1, op: MapDma): Steps<number> {
    const flags = op.flags ?? mapFlags.read | mapFlags.write;
    const access = flags & (mapFlags.read | mapFlags.write);
    const setVaddr = (flags & mapFlags.vaddr) !== 0;
    const early = this.type1MapArguments(op);
    if (early !== 0 || (access !== 0) === setVaddr) {
      yield this.world.env.local;
      return early === 0 ? EINVAL : early;
    }
    yield iommu.lock.lock;
    const ret = yield* this.type1MapLocked(iommu, op, access);
    yield iommu.lock.unlock;
    return ret;
  }

  /** What is looked at before the lock is taken: nothing up to 6.18 (a divergence: -EOVERFLOW). */
  type1MapArguments(this: IommuKernel, _op: MapDma): number {
    return 0;
  }

  *type1MapLocked(this: IommuKernel, iommu: Type1, op: MapDma, access: number): Steps<number> {
    const { iova, va, size } = op;
    yield iommu.pgsize.read;
    const pgsize = iommu.pgsize.value;
    if (size === 0 || [size, iova, va].some((x) => x % pgsize !== 0)) return EINVAL;
    if (iova + size > beyond || va + size > beyond) return EINVAL;
    const dma = yield* this.vfioFindDma(iommu, iova, size);
    if (access === 0) return yield* this.type1SetVaddr(iommu, dma, op);
    if (dma !== null) return EEXIST;
    yield iommu.dmaAvail.read;
    const available = iommu.dmaAvail.value;
    if (available === 0) return ENOSPC;
    if (!(yield* this.vfioIommuIovaDmaValid(iommu, iova, size))) return EINVAL;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    yield iommu.dmaAvail.write;
    iommu.dmaAvail.value = available - 1;
    const mm = yield* this.type1CurrentMm();
    yield this.world.env.local;
    const made = this.world.heap.create(VfioDma, iova, size, access, va, mm);
    yield* this.vfioLinkDma(iommu, made);
    return yield* this.type1MapNew(iommu, made);
  }

  *type1MapNew(this: IommuKernel, iommu: Type1, dma: VfioDma): Steps<number> {
    yield iommu.domainList.read;
    const ret =
      iommu.domainList.value.items.length === 0 ? 0 : yield* this.vfioPinMapDma(iommu, dma);
    if (ret !== 0) return ret;
    yield iommu.dirtyPageTracking.read;
    if (!iommu.dirtyPageTracking.value) return 0;
    const tracked = yield* this.vfioDmaBitmapAlloc(dma);
    if (tracked !== 0) yield* this.vfioRemoveDma(iommu, dma);
    return tracked;
  }

  /** vfio_find_dma: a mapping that overlaps [iova, iova + size). */
  *vfioFindDma(this: IommuKernel, iommu: Type1, iova: U64, size: U64): Steps<VfioDma | null> {
    yield iommu.dmaList.read;
    const found = iommu.dmaList.value.items.find((d) => this.type1Overlaps(d, iova, size));
    return found ?? null;
  }

  type1Overlaps(this: IommuKernel, dma: VfioDma, iova: U64, size: U64): boolean {
    return dma.iova < this.type1End(iova, size) && iova < this.type1End(dma.iova, dma.size);
  }

  /** The first address after a range; 2^64 for one that ends with the address space. */
  type1End(this: IommuKernel, iova: U64, size: U64): U64 {
    return iova + size;
  }

  *vfioLinkDma(this: IommuKernel, iommu: Type1, dma: VfioDma): Steps {
    yield iommu.dmaList.read;
    const all = [...iommu.dmaList.value.items, dma].sort((a, b) => a.iova - b.iova);
    yield iommu.dmaList.write;
    iommu.dmaList.value = iommu.dmaList.of(all);
  }

  *vfioIommuIovaDmaValid(this: IommuKernel, iommu: Type1, iova: U64, size: U64): Steps<boolean> {
    yield iommu.iovaList.read;
    const valid = iommu.iovaList.value;
    return valid === null || valid.contains(iova, iova + size);
  }

  /** MAP with the VADDR flag: the memory of an invalidated mapping is somewhere else now. */
  *type1SetVaddr(this: IommuKernel, iommu: Type1, dma: VfioDma | null, op: MapDma): Steps<number> {
    if (dma === null) return ENOENT;
    yield dma.vaddrInvalid.read;
    if (!dma.vaddrInvalid.value || dma.iova !== op.iova || dma.size !== op.size) return EINVAL;
    const ret = yield* this.vfioChangeDmaOwner(dma);
    if (ret !== 0) return ret;
    yield dma.vaddr.write;
    dma.vaddr.value = op.va;
    yield* this.type1SetVaddrInvalid(iommu, dma, false);
    return 0;
  }

  *type1SetVaddrInvalid(this: IommuKernel, iommu: Type1, dma: VfioDma, invalid: boolean): Steps {
    yield dma.vaddrInvalid.write;
    dma.vaddrInvalid.value = invalid;
    yield iommu.vaddrInvalidCount.read;
    const count = iommu.vaddrInvalidCount.value;
    yield iommu.vaddrInvalidCount.write;
    iommu.vaddrInvalidCount.value = count + (invalid ? 1 : -1);
  }

  /** current->mm. */
  *type1CurrentMm(this: IommuKernel): Steps<Mm> {
    const process = this.world.vfio.processes[this.world.currentProcess()] as VfioProcess;
    yield process.mm.readOnce;
    return process.mm.value;
  }

  /** vfio_change_dma_owner: what is accounted moves to the process that maps now. */
  *vfioChangeDmaOwner(this: IommuKernel, dma: VfioDma): Steps<number> {
    const mm = yield* this.type1CurrentMm();
    yield dma.mm.read;
    const old = dma.mm.value;
    if (old === mm) return 0;
    yield dma.lockedPages.read;
    const pages = dma.lockedPages.value;
    yield mm.lockedVm.charge(pages);
    if (!mm.lockedVm.charged) return ENOMEM;
    yield old.lockedVm.uncharge(pages);
    yield dma.mm.write;
    dma.mm.value = mm;
    return 0;
  }

  /** vfio_pin_map_dma: all of it, or the mapping is removed again. */
  *vfioPinMapDma(this: IommuKernel, iommu: Type1, dma: VfioDma): Steps<number> {
    let done = 0;
    let ret = 0;
    while (done < dma.size) {
      const run = yield* this.vfioPinPagesRemote(dma, done, dma.size - done);
      ret = typeof run === 'number' ? run : yield* this.type1MapRun(iommu, dma, done, run);
      if (ret !== 0) break;
      done += (run as Run).size;
    }
    yield dma.iommuMapped.write;
    dma.iommuMapped.value = true;
    if (ret !== 0) yield* this.vfioRemoveDma(iommu, dma, done);
    return ret;
  }

  *type1MapRun(
    this: IommuKernel,
    iommu: Type1,
    dma: VfioDma,
    offset: U64,
    run: Run,
  ): Steps<number> {
    const ret = yield* this.vfioIommuMap(iommu, dma.iova + offset, run, dma.prot);
    if (ret !== 0) yield* this.vfioUnpinPagesRemote(dma, dma.iova + offset, run);
    return ret;
  }

  /** vfio_iommu_map: in every domain, or in none. */
  *vfioIommuMap(
    this: IommuKernel,
    iommu: Type1,
    iova: U64,
    { pa, size }: Run,
    access: number,
  ): Steps<number> {
    yield iommu.domainList.read;
    const domains = iommu.domainList.value.items;
    for (const [i, { domain }] of domains.entries()) {
      const ret = yield* this.iommuMap(domain, iova, pa, size, access | prot.cache);
      if (ret === 0) continue;
      for (const done of this.type1ToUnwind(domains, i))
        yield* this.iommuUnmap(done.domain, iova, size);
      return ret;
    }
    return 0;
  }

  /** The domains to unmap from when the one at `failed` could not be mapped, in order. */
  type1ToUnwind<T>(this: IommuKernel, domains: readonly T[], failed: number): readonly T[] {
    return domains.slice(0, failed).reverse();
  }
}
