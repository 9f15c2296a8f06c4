// iommu_map_sg: spec/iommu-core.md §2. Segments that follow each other in memory are mapped as one.

import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuKernel } from '../kernel.ts';
import type { IommuDomain } from './domain.ts';
import { withinScope } from './scope.ts';

export interface Segment {
  readonly pa: U64;
  readonly size: U64;
}

/** Physically consecutive segments as one. */
export function mergedRuns(segments: readonly Segment[]): Segment[] {
  const runs: Segment[] = [];
  for (const { pa, size } of segments) {
    const last = runs.at(-1);
    if (last !== undefined && last.pa + last.size === pa)
      runs[runs.length - 1] = { pa: last.pa, size: last.size + size };
    else if (size > 0) runs.push({ pa, size });
  }
  return runs;
}

export class ScatterlistSteps {
  /** Bytes mapped, or an errno and nothing mapped. */
  *iommuMapSg(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    segments: readonly Segment[],
    protection: number,
  ): Steps<number> {
    const total = segments.reduce((sum, s) => sum + s.size, 0);
    return yield* withinScope(domain, 'map', iova, total, () =>
      this.iommuMapSegments(domain, iova, mergedRuns(segments), protection),
    );
  }

  *iommuMapSegments(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    runs: readonly Segment[],
    protection: number,
  ): Steps<number> {
    let mapped = 0;
    for (const { pa, size } of runs) {
      const ret = yield* this.iommuMapNosync(domain, iova + mapped, pa, size, protection);
      if (ret !== 0) {
        yield* this.iommuMapRollback(domain, iova, mapped);
        return ret;
      }
      mapped += size;
    }
    const ret = yield* this.iommuSyncMap(domain, iova, mapped);
    return ret === 0 ? mapped : ret;
  }
}
