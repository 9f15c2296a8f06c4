// IOMMU_HWPT_SET_DIRTY_TRACKING and IOMMU_HWPT_GET_DIRTY_BITMAP: spec/split-merge-dirty.md §7. The walk
// over an IOAS's areas under iova_rwsem, held for read.

import { EFAULT, EINVAL, ENOENT, EOPNOTSUPP, EOVERFLOW } from '../../errno.ts';
import type { Outcome, Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import { hwptFlags } from '../iommufd/hwpt.ts';
import { ulongMax } from '../iommufd/ioas.ts';
import { firstArea, type Iopt, type IoptArea } from '../iommufd/iopt.ts';
import type { Hwpt } from '../iommufd/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import type { OpOf } from '../vocabulary/index.ts';
import { bitsMask } from './bits.ts';

/** IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR. */
export const noClear = 1;

type GetDirty = OpOf<'hwpt_get_dirty'>;

export class HwptDirtySteps {
  *iommufdHwptSetDirtyTracking(this: IommuKernel, slot: number, enable: boolean): Steps<number> {
    const hwpt = yield* this.iommufdGetHwpt(slot);
    if (hwpt === null) return ENOENT;
    const ret = yield* this.hwptSetDirty(hwpt, enable);
    yield* this.iommufdPutObject(hwpt);
    return ret;
  }

  /** A nested one has no IO page table of its own; without the flag, no dirty_ops. */
  hwptTracks(this: IommuKernel, hwpt: Hwpt): number {
    if (hwpt.parent !== null) return EINVAL;
    return (hwpt.flags & hwptFlags.dirtyTracking) === 0 ? EOPNOTSUPP : 0;
  }

  /** iopt_set_dirty_tracking. */
  *hwptSetDirty(this: IommuKernel, hwpt: Hwpt, enable: boolean): Steps<number> {
    const refused = this.hwptTracks(hwpt);
    if (refused !== 0) return refused;
    const { iopt } = hwpt.ioas;
    const domain = yield* this.iommufdDomainOf(hwpt);
    yield iopt.iovaRwsem.downRead;
    const ret = yield* this.ioptSetDirtyTracking(iopt, domain, enable);
    yield iopt.iovaRwsem.upRead;
    return ret;
  }

  /**
   * One caller at a time: what was dirty before is dropped when tracking begins, and only then; to
   * enable what is enabled must lose nothing.
   */
  *ioptSetDirtyTracking(
    this: IommuKernel,
    iopt: Iopt,
    domain: IommuDomain,
    enable: boolean,
  ): Steps<number> {
    yield domain.switchLogLock.lock;
    yield domain.dirtyTracking.readOnce;
    if (enable && !domain.dirtyTracking.value) yield* this.ioptClearDirtyData(iopt, domain);
    const ret = yield* this.setDirtyTracking(domain, enable);
    yield domain.switchLogLock.unlock;
    return ret;
  }

  /** iopt_clear_dirty_data: a clean snapshot, also in the IOTLB. */
  *ioptClearDirtyData(this: IommuKernel, iopt: Iopt, domain: IommuDomain): Steps {
    yield iopt.areas.read;
    const areas = iopt.areas.value.members;
    for (const area of areas) {
      yield area.pages.read;
      if (area.pages.value === null) continue;
      yield* this.readAndClearDirty(domain, area.iova, area.length, true, null);
    }
    yield* this.dirtySync(domain, areas.length > 0);
  }

  /** iommu_iotlb_sync of what was made clean. */
  *dirtySync(this: IommuKernel, domain: IommuDomain, any: boolean): Steps {
    if (any) yield* this.opsFlushIotlbAll(domain);
  }

  *iommufdHwptGetDirtyBitmap(this: IommuKernel, op: GetDirty): Steps<Outcome> {
    if (((op.flags ?? 0) & ~noClear) !== 0) return { ret: EOPNOTSUPP };
    const hwpt = yield* this.iommufdGetHwpt(op.hwpt);
    if (hwpt === null) return { ret: ENOENT };
    const bits = new Set<number>();
    const ret = hwpt.parent !== null ? EINVAL : yield* this.ioptReadAndClearDirty(hwpt, op, bits);
    yield* this.iommufdPutObject(hwpt);
    return { ret, out: { dirty: bits.size, bits: bitsMask(bits) } };
  }

  /** iopt_read_and_clear_dirty_data. */
  *ioptReadAndClearDirty(
    this: IommuKernel,
    hwpt: Hwpt,
    op: GetDirty,
    bits: Set<number>,
  ): Steps<number> {
    const { iopt } = hwpt.ioas;
    yield iopt.iovaRwsem.downRead;
    let ret = yield* this.iommufdCheckIovaRange(iopt, op);
    if (ret === 0) ret = this.hwptTracks(hwpt);
    if (ret === 0) ret = yield* this.iommuReadAndClearDirty(iopt, hwpt, op, bits);
    yield iopt.iovaRwsem.upRead;
    return ret;
  }

  /** iommufd_check_iova_range. */
  *iommufdCheckIovaRange(this: IommuKernel, iopt: Iopt, op: GetDirty): Steps<number> {
    if (op.size === 0) return EINVAL;
    if (op.iova + op.size - 1 >= ulongMax) return EOVERFLOW;
    yield iopt.iovaAlignment.read;
    const alignment = iopt.iovaAlignment.value;
    if (op.iova % alignment !== 0 || op.size % alignment !== 0) return EINVAL;
    const pgsize = op.pgsize ?? 2 ** this.world.geometry.pageShift;
    return pgsize === 0 || pgsize % alignment !== 0 ? EINVAL : 0;
  }

  /** iommu_read_and_clear_dirty: one sync for all that was made clean, whatever the walk returns. */
  *iommuReadAndClearDirty(
    this: IommuKernel,
    iopt: Iopt,
    hwpt: Hwpt,
    op: GetDirty,
    bits: Set<number>,
  ): Steps<number> {
    const domain = yield* this.iommufdDomainOf(hwpt);
    const ret = yield* this.dirtyAreas(iopt, domain, op, bits);
    const clear = ((op.flags ?? 0) & noClear) === 0;
    yield* this.dirtySync(domain, clear);
    return this.dirtyWalkResult(ret);
  }

  /** What the walk returned is what the caller gets. */
  dirtyWalkResult(this: IommuKernel, ret: number): number {
    return ret;
  }

  /** __iommu_read_and_clear_dirty: consecutive areas; a hole ends it. */
  *dirtyAreas(
    this: IommuKernel,
    iopt: Iopt,
    domain: IommuDomain,
    op: GetDirty,
    bits: Set<number>,
  ): Steps<number> {
    const end = op.iova + op.size;
    for (let at = op.iova; at < end; ) {
      yield iopt.areas.read;
      const area: IoptArea | null = firstArea(iopt.areas.value, at, at);
      if (area === null) return EINVAL;
      yield area.pages.read;
      if (area.pages.value === null) return EINVAL;
      const size = Math.min(area.last + 1, end) - at;
      const ret = yield* this.dirtyArea(domain, at, size, op, bits);
      if (ret !== 0) return ret;
      at += size;
    }
    return 0;
  }

  /** The bitmap is there before anything is cleared: a bit that cannot be stored stays where it is. */
  *dirtyArea(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    op: GetDirty,
    bits: Set<number>,
  ): Steps<number> {
    if (yield* this.world.refuses('bitmap')) return EFAULT;
    const clear = ((op.flags ?? 0) & noClear) === 0;
    const note = this.bitmapNotes(op, bits);
    return yield* this.readAndClearDirty(domain, iova, size, clear, note);
  }

  /** iova_bitmap_set: numbers of pages of the bitmap's size, counted from the request's start. */
  bitmapNotes(this: IommuKernel, op: GetDirty, bits: Set<number>): (from: U64, end: U64) => void {
    const pgsize = op.pgsize ?? 2 ** this.world.geometry.pageShift;
    return (from, end) => {
      const first = Math.floor((from - op.iova) / pgsize);
      for (let bit = first; op.iova + bit * pgsize < end; bit++) bits.add(bit);
    };
  }
}
