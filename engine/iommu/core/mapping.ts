// iommu_map and iommu_unmap: spec/iommu-core.md §2. No lock of the core: callers serialise.

import { EINVAL } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuKernel } from '../kernel.ts';
import { type IommuDomain, isPaging } from './domain.ts';
import { addRange, type Gather, isDisjoint, newGather } from './gather.ts';
import type { IommuInstance } from './objects.ts';
import { aligned, iommuPgsize } from './pgsize.ts';

export class MappingSteps {
  *iommuMap(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pa: U64,
    size: U64,
    protection: number,
  ): Steps<number> {
    const end = iova + Math.max(size, 1) - 1;
    yield domain.contract.enter('map', iova, end);
    let ret = yield* this.iommuMapNosync(domain, iova, pa, size, protection);
    if (ret === 0 && size > 0) {
      ret = yield* this.opsIotlbSyncMap(domain, iova, size);
      if (ret !== 0) yield* this.iommuUnmapRange(domain, iova, size);
    }
    yield domain.contract.leave('map', iova, end);
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
    if (!isPaging(domain.type)) return EINVAL;
    const { pageSizes } = domain.iommu as IommuInstance;
    if (!aligned(pageSizes[0] as number, iova, pa, size)) return EINVAL;
    let done = 0;
    while (done < size) {
      const { pgsize, count } = iommuPgsize(pageSizes, iova + done, pa + done, size - done);
      const part = yield* this.opsMapPages(
        domain,
        iova + done,
        pa + done,
        pgsize,
        count,
        protection,
      );
      done += part.mapped;
      if (part.ret !== 0) {
        if (done > 0) yield* this.iommuUnmapRange(domain, iova, done);
        return part.ret;
      }
    }
    return 0;
  }

  /** Bytes removed: up to the first hole, and more than asked where a leaf is larger. */
  *iommuUnmap(this: IommuKernel, domain: IommuDomain, iova: U64, size: U64): Steps<number> {
    const end = iova + Math.max(size, 1) - 1;
    yield domain.contract.enter('unmap', iova, end);
    const unmapped = yield* this.iommuUnmapRange(domain, iova, size);
    yield domain.contract.leave('unmap', iova, end);
    return unmapped;
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
    if (!aligned(pageSizes[0] as number, iova, size)) return 0;
    let unmapped = 0;
    while (unmapped < size) {
      const at = iova + unmapped;
      const { pgsize, count } = iommuPgsize(pageSizes, at, at, size - unmapped);
      const done = yield* this.opsUnmapPages(domain, at, pgsize, count, gather);
      if (done === 0) break;
      unmapped += done;
    }
    return unmapped;
  }

  /** Syncs what is gathered, if anything, and frees the tables that waited for it. */
  *iommuIotlbSync(this: IommuKernel, domain: IommuDomain, gather: Gather): Steps {
    yield* this.opsIotlbSync(domain, gather);
    for (const table of gather.freelist.splice(0)) yield table.free;
    Object.assign(gather, newGather(gather.queued));
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
