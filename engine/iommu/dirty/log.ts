// The dirty log of a domain: iommu_switch_dirty_log, iommu_sync_dirty_log, iommu_clear_dirty_log (spec/
// split-merge-dirty.md §2), under domain->switch_log_lock.

import { EBUSY, EINVAL, ENODEV } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import { aligned } from '../core/pgsize.ts';
import { withinScope } from '../core/scope.ts';
import type { IommuKernel } from '../kernel.ts';
import { overlap, rangesOf, rangesText, runsOf, sameRange } from './bits.ts';
import { chunksOf } from './chunks.ts';
import { hasDirtyLog, pageSizesOf, smallestPage } from './split.ts';
import { countChunk, newTally, type Tally } from './tally.ts';

export class DirtyLogSteps {
  *iommuSwitchDirtyLog(
    this: IommuKernel,
    domain: IommuDomain,
    enable: boolean,
    iova: U64,
    size: U64,
    protection: number,
    tally: Tally = newTally(),
  ): Steps<number> {
    if (!hasDirtyLog(domain)) return ENODEV;
    yield domain.switchLogLock.lock;
    let ret = yield* this.switchDirtyLogChecks(domain, enable, iova, size);
    if (ret === 0)
      ret = yield* withinScope(domain, 'switch', iova, size, () =>
        this.switchDirtyLog(domain, enable, iova, size, protection, tally),
      );
    yield domain.switchLogLock.unlock;
    return ret;
  }

  *switchDirtyLog(
    this: IommuKernel,
    domain: IommuDomain,
    enable: boolean,
    iova: U64,
    size: U64,
    protection: number,
    tally: Tally,
  ): Steps<number> {
    const ret = yield* this.opsSwitchDirtyLog(domain, enable, iova, size, protection, tally);
    if (ret === 0) yield* this.setDirtyLogRange(domain, enable, iova, size);
    return ret;
  }

  /** A range is started once and stopped once; others of the domain are no matter. */
  *switchDirtyLogChecks(
    this: IommuKernel,
    domain: IommuDomain,
    enable: boolean,
    iova: U64,
    size: U64,
  ): Steps<number> {
    yield domain.dirtyRanges.read;
    const ranges = rangesOf(domain.dirtyRanges.value);
    if (enable) return ranges.some((r) => overlap(r, { iova, size })) ? EBUSY : 0;
    return ranges.some((r) => sameRange(r, { iova, size })) ? 0 : EINVAL;
  }

  /** The domain is tracked as long as one of its ranges is. */
  *setDirtyLogRange(
    this: IommuKernel,
    domain: IommuDomain,
    enable: boolean,
    iova: U64,
    size: U64,
  ): Steps {
    yield domain.dirtyRanges.read;
    const others = rangesOf(domain.dirtyRanges.value).filter((r) => !sameRange(r, { iova, size }));
    const ranges = enable ? [...others, { iova, size }] : others;
    yield domain.dirtyRanges.write;
    domain.dirtyRanges.value = rangesText(ranges);
    yield domain.dirtyTracking.writeOnce;
    domain.dirtyTracking.value = ranges.length > 0;
  }

  /** arm_smmu_switch_dirty_log: a start splits, a stop merges; both flush. */
  *opsSwitchDirtyLog(
    this: IommuKernel,
    domain: IommuDomain,
    enable: boolean,
    iova: U64,
    size: U64,
    protection: number,
    tally: Tally,
  ): Steps<number> {
    return enable
      ? yield* this.iommuSplitBlock(domain, iova, size, tally)
      : yield* this.iommuMergePage(domain, iova, size, protection, tally);
  }

  /** Adds the numbers of dirty pages, counted from `base`, to `bits`. */
  *iommuSyncDirtyLog(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    base: U64,
    bits: Set<number>,
    tally: Tally = newTally(),
  ): Steps<number> {
    if (!hasDirtyLog(domain)) return ENODEV;
    if (!aligned(smallestPage(domain), iova, size)) return EINVAL;
    yield domain.switchLogLock.lock;
    let ret = yield* this.trackedOrEinval(domain);
    if (ret === 0)
      ret = yield* withinScope(domain, 'sync', iova, size, () =>
        this.syncDirtyLog(domain, iova, size, base, bits, tally),
      );
    yield domain.switchLogLock.unlock;
    return ret;
  }

  *syncDirtyLog(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    base: U64,
    bits: Set<number>,
    tally: Tally,
  ): Steps<number> {
    let done = 0;
    for (const chunk of this.syncSteps(domain, iova, size)) {
      countChunk(tally, chunk);
      const ret = yield* this.opsSyncDirtyLog(domain, iova + done, chunk, base, bits);
      if (ret !== 0) return ret;
      done += chunk;
    }
    return 0;
  }

  /** The sizes of the chunks for a range. */
  syncSteps(this: IommuKernel, domain: IommuDomain, iova: U64, size: U64): Iterable<number> {
    return chunksOf(pageSizesOf(domain), iova, size);
  }

  /** Makes clean the pages of the range whose numbers, counted from `base`, are in `bits`. */
  *iommuClearDirtyLog(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    base: U64,
    bits: ReadonlySet<number>,
    tally: Tally = newTally(),
  ): Steps<number> {
    if (domain.iommu !== null && !aligned(smallestPage(domain), iova, size)) return EINVAL;
    yield domain.switchLogLock.lock;
    let ret = yield* this.trackedOrEinval(domain);
    if (ret === 0)
      ret = yield* withinScope(domain, 'clear', iova, size, () =>
        this.clearDirtyLog(domain, iova, size, base, bits, tally),
      );
    yield domain.switchLogLock.unlock;
    return ret;
  }

  *trackedOrEinval(this: IommuKernel, domain: IommuDomain): Steps<number> {
    yield domain.dirtyTracking.readOnce;
    return domain.dirtyTracking.value ? 0 : EINVAL;
  }

  /** Run by run of set bits; one flush if there was any. */
  *clearDirtyLog(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    base: U64,
    bits: ReadonlySet<number>,
    tally: Tally,
  ): Steps<number> {
    const page = smallestPage(domain);
    let ret = 0;
    const runs = [...runsOf(bits, (iova - base) / page, (iova + size - base) / page)];
    for (const [first, next] of runs) {
      const from = this.clearRunStart(iova, base, first * page);
      ret = yield* this.clearRun(domain, from, (next - first) * page, base, bits, tally);
      if (ret !== 0) break;
    }
    if (runs.length > 0) yield* this.flushAfterClear(domain, tally);
    return ret;
  }

  /** Bits are counted from the bitmap's base, not from the start of the range. */
  clearRunStart(this: IommuKernel, _iova: U64, base: U64, offset: number): U64 {
    return base + offset;
  }

  *clearRun(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    base: U64,
    bits: ReadonlySet<number>,
    tally: Tally,
  ): Steps<number> {
    if (!hasDirtyLog(domain)) return ENODEV;
    let done = 0;
    for (const chunk of chunksOf(pageSizesOf(domain), iova, size)) {
      countChunk(tally, chunk);
      const ret = yield* this.opsClearDirtyLog(domain, iova + done, chunk, base, bits);
      if (ret !== 0) return ret;
      done += chunk;
    }
    return 0;
  }

  *flushAfterClear(this: IommuKernel, domain: IommuDomain, tally: Tally): Steps {
    yield* this.dirtyFlush(domain, tally);
  }
}
