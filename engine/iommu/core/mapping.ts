// iommu_map and iommu_unmap: spec/iommu-core.md §2. No lock of the core: callers serialise.

import { EINVAL, ENODEV } from '../../errno.ts';
import { bugOn, type Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuKernel } from '../kernel.ts';
import { type IommuDomain, isPaging } from './domain.ts';
import { addRange, type Gather, isDisjoint, newGather } from './gather.ts';
import type { IommuInstance } from './objects.ts';
import type { PageTable } from './pageTable.ts';
import { aligned, iommuPgsize, type Run } from './pgsize.ts';
import { withinScope } from './scope.ts';

export class MappingSteps {
  *iommuMap(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pa: U64,
    size: U64,
    protection: number,
  ): Steps<number> {
    return yield* withinScope(domain, 'map', iova, size, () =>
      this.iommuMapRange(domain, iova, pa, size, protection),
    );
  }

  /** iommu_map within the caller's scope. */
  *iommuMapRange(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pa: U64,
    size: U64,
    protection: number,
  ): Steps<number> {
    const ret = yield* this.iommuMapNosync(domain, iova, pa, size, protection);
    return ret === 0 ? yield* this.iommuSyncMap(domain, iova, size) : ret;
  }

  /** iommu_sync_map: if the driver cannot make it known, nothing stays mapped. */
  *iommuSyncMap(this: IommuKernel, domain: IommuDomain, iova: U64, size: U64): Steps<number> {
    if (size === 0) return 0;
    const ret = yield* this.opsIotlbSyncMap(domain, iova, size);
    if (ret !== 0) yield* this.iommuUnmapRange(domain, iova, size);
    return ret;
  }

  /** __iommu_map: all of it, or nothing and an error. */
  *iommuMapNosync(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pa: U64,
    size: U64,
    protection: number,
  ): Steps<number> {
    const refused = this.iommuMapCheck(domain, iova, pa, size);
    if (refused !== 0) return refused;
    const { pageSizes } = domain.iommu as IommuInstance;
    let done = 0;
    while (done < size) {
      const at = iova + done;
      const { pgsize, count } = this.iommuPgsize(pageSizes, at, pa + done, size - done);
      const part = yield* this.opsMapPages(domain, at, pa + done, pgsize, count, protection);
      done += part.mapped;
      if (part.ret !== 0) {
        yield* this.iommuMapRollback(domain, iova, done);
        return part.ret;
      }
      bugOn(part.mapped === 0, 'map_pages does nothing and says 0: iommu_map loops for ever');
    }
    return 0;
  }

  /** The checks of __iommu_map, in the order of Linux 6.12. */
  iommuMapCheck(this: IommuKernel, domain: IommuDomain, iova: U64, pa: U64, size: U64): number {
    if (!isPaging(domain.type)) return EINVAL;
    const { pageSizes } = domain.iommu as IommuInstance;
    if (pageSizes.length === 0) return ENODEV;
    return aligned(pageSizes[0] as number, iova, pa, size) ? 0 : EINVAL;
  }

  /** A map that failed leaves nothing of what it had mapped. */
  *iommuMapRollback(this: IommuKernel, domain: IommuDomain, iova: U64, done: number): Steps {
    if (done > 0) yield* this.iommuUnmapRange(domain, iova, done);
  }

  /** iommu_pgsize: as a step, so that an old one can take its place. */
  iommuPgsize(this: IommuKernel, sizes: readonly number[], iova: U64, pa: U64, size: U64): Run {
    return iommuPgsize(sizes, iova, pa, size);
  }

  /** Bytes removed: up to the first hole, and more than asked where a leaf is larger. */
  *iommuUnmap(this: IommuKernel, domain: IommuDomain, iova: U64, size: U64): Steps<number> {
    return yield* withinScope(domain, 'unmap', iova, size, () =>
      this.iommuUnmapRange(domain, iova, size),
    );
  }

  /** iommu_unmap within the caller's scope. */
  *iommuUnmapRange(this: IommuKernel, domain: IommuDomain, iova: U64, size: U64): Steps<number> {
    const gather = newGather();
    const unmapped = yield* this.iommuUnmapFast(domain, iova, size, gather);
    yield* this.iommuIotlbSync(domain, gather);
    return unmapped;
  }

  /** __iommu_unmap: what it removed stays in the IOTLB until the caller syncs `gather`. */
  *iommuUnmapFast(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    gather: Gather,
  ): Steps<number> {
    if (!isPaging(domain.type)) return 0;
    const { pageSizes } = domain.iommu as IommuInstance;
    if (pageSizes.length === 0 || !aligned(pageSizes[0] as number, iova, size)) return 0;
    let unmapped = 0;
    while (unmapped < size) {
      const at = iova + unmapped;
      const { pgsize, count } = this.iommuPgsize(pageSizes, at, at, size - unmapped);
      const done = yield* this.opsUnmapPages(domain, at, pgsize, count, gather);
      if (done === 0) break;
      unmapped += done;
    }
    return unmapped;
  }

  /** Syncs what is gathered, if anything; then the tables that waited for it are freed. */
  *iommuIotlbSync(this: IommuKernel, domain: IommuDomain, gather: Gather): Steps {
    yield* this.opsIotlbSync(domain, gather);
    yield* this.iommuPutPagesList(domain, gather.freelist.splice(0));
    Object.assign(gather, newGather(gather.queued));
  }

  *iommuPutPagesList(this: IommuKernel, domain: IommuDomain, tables: readonly PageTable[]): Steps {
    for (const table of tables) yield* this.radixFreeDetached(domain, table);
  }

  *iommuIotlbGatherAddPage(
    this: IommuKernel,
    domain: IommuDomain,
    gather: Gather,
    iova: U64,
    size: number,
  ): Steps {
    if (gather.queued) return;
    const otherSize = gather.pgsize !== 0 && gather.pgsize !== size;
    if (otherSize || isDisjoint(gather, iova, size)) yield* this.iommuIotlbSync(domain, gather);
    gather.pgsize = size;
    addRange(gather, iova, size);
  }

  *iommuFlushIotlbAll(this: IommuKernel, domain: IommuDomain): Steps {
    yield* this.opsFlushIotlbAll(domain);
  }

  /** 0: nothing is mapped there. */
  *iommuIovaToPhys(this: IommuKernel, domain: IommuDomain, iova: U64): Steps<U64> {
    yield domain.contract.enter('iova_to_phys', iova, iova);
    const pa = yield* this.opsIovaToPhys(domain, iova);
    yield domain.contract.leave('iova_to_phys', iova, iova);
    return pa;
  }
}
