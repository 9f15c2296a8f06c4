// vfio_iommu_type1.c: all mappings into a domain that joins later (spec/iommu-core.md §12 S12).
// vfio_iommu->lock is held.

import type { Steps } from '../../../runtime/index.ts';
import { bugOn } from '../../../runtime/index.ts';
import type { U64 } from '../../../vfio/vocabulary.ts';
import type { IommuDomain } from '../../core/domain.ts';
import { prot } from '../../core/leaf.ts';
import type { IommuKernel } from '../../kernel.ts';
import type { Type1, VfioDma } from './objects.ts';
import type { Run } from './pin.ts';

export class Type1ReplaySteps {
  /** vfio_iommu_replay: all, or none and an error. */
  *vfioIommuReplay(this: IommuKernel, iommu: Type1, domain: IommuDomain): Steps<number> {
    yield iommu.dmaList.read;
    const dmas = iommu.dmaList.value.items;
    for (const [i, dma] of dmas.entries()) {
      const ret = yield* this.vfioIommuReplayDma(iommu, domain, dma);
      if (ret === 0) continue;
      yield* this.vfioIommuReplayUnwind(iommu, domain, dmas.slice(0, i + 1));
      return ret;
    }
    for (const dma of dmas) {
      yield dma.iommuMapped.write;
      dma.iommuMapped.value = true;
    }
    return 0;
  }

  *vfioIommuReplayDma(
    this: IommuKernel,
    iommu: Type1,
    domain: IommuDomain,
    dma: VfioDma,
  ): Steps<number> {
    yield dma.iommuMapped.read;
    const mapped = dma.iommuMapped.value;
    let at = dma.iova;
    while (at < dma.end) {
      const run = mapped
        ? yield* this.type1RunElsewhere(iommu, at, dma.end)
        : yield* this.vfioPinPagesRemote(dma, at - dma.iova, dma.end - at);
      if (typeof run === 'number') return run;
      const ret = yield* this.iommuMap(domain, at, run.pa, run.size, dma.prot | prot.cache);
      if (ret !== 0) {
        if (!mapped) yield* this.vfioUnpinPagesRemote(dma, at, run);
        return ret;
      }
      at += run.size;
    }
    return 0;
  }

  /** What the first domain has from `at` on: any would do. */
  *type1RunElsewhere(this: IommuKernel, iommu: Type1, at: U64, end: U64): Steps<Run | number> {
    yield iommu.domainList.read;
    const [first] = iommu.domainList.value.items;
    bugOn(first === undefined, 'a mapping is in a domain that is not there');
    const run = first === undefined ? null : yield* this.type1RunAt(first.domain, at, end);
    bugOn(run === null, 'a mapped page has no translation');
    return run ?? 0;
  }

  /** Out of the new domain again, last first; pages pinned for it are unpinned. */
  *vfioIommuReplayUnwind(
    this: IommuKernel,
    _iommu: Type1,
    domain: IommuDomain,
    dmas: readonly VfioDma[],
  ): Steps {
    for (const dma of dmas.toReversed()) {
      yield dma.iommuMapped.read;
      if (dma.iommuMapped.value) {
        yield* this.iommuUnmap(domain, dma.iova, dma.size);
        continue;
      }
      for (let at = dma.iova; at < dma.end; ) {
        const run = yield* this.type1RunAt(domain, at, dma.end);
        at += run?.size ?? 2 ** this.world.geometry.pageShift;
        if (run === null) continue;
        yield* this.iommuUnmap(domain, at - run.size, run.size);
        yield* this.vfioUnpinPagesRemote(dma, at - run.size, run);
      }
    }
  }
}
