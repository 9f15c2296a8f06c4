// Defects of iommufd's dirty tracking: spec/split-merge-dirty.md §7, Surprises.

import { EFAULT } from '../../../errno.ts';
import { noClear } from '../../../iommu/dirty/hwpt.ts';
import { defect } from '../iommu.ts';

/** (a) The walk's result is dropped: a hole, tracking that is off, a bitmap that cannot be pinned. */
export const walkResultDropped = defect({
  id: 'DRT-W1',
  title: 'GET_DIRTY_BITMAP succeeds although it has not looked at all of the range',
  source: 'spec/split-merge-dirty.md §7 (a); spec/real-bugs.md 49',
  class: 'lost error',
  violates: 'DRT-007',
  trigger: 'a write behind a hole, GET_DIRTY_BITMAP of both',
  steps: {
    dirtyWalkResult() {
      return 0;
    },
  },
});

/** (b) The bit is cleared first; if its place in the bitmap cannot be pinned, it is gone. */
export const bitDropped = defect({
  id: 'DRT-W2',
  title: 'a bit that cannot be stored is lost',
  source: 'spec/split-merge-dirty.md §7 (b); spec/real-bugs.md 48',
  class: 'lost dirty',
  violates: 'DRT-007',
  trigger: 'a write, GET_DIRTY_BITMAP whose bitmap cannot be pinned, GET_DIRTY_BITMAP',
  steps: {
    *dirtyArea(domain, iova, size, op, bits) {
      const lost = yield* this.world.refuses('bitmap');
      const note = this.bitmapNotes(op, lost ? new Set() : bits);
      const clear = ((op.flags ?? 0) & noClear) === 0;
      const ret = yield* this.readAndClearDirty(domain, iova, size, clear, note);
      return lost ? EFAULT : ret;
    },
  },
});

/** (d) The walk advances by the leaf's size from wherever it is. */
export const unalignedAdvance = defect({
  id: 'DRT-W4',
  title: 'a walk that starts inside a large leaf skips the pages behind it',
  source: 'spec/split-merge-dirty.md §7 (d)',
  class: 'lost dirty',
  violates: 'DRT-007',
  trigger: 'a write to the page behind a block, GET_DIRTY_BITMAP from the middle of the block on',
  steps: {
    afterEntry(iova, size) {
      return iova + size;
    },
  },
});

/** The clean snapshot is taken at each call, and others may be at work. */
export const enabledTwice = defect({
  id: 'DRT-W5',
  title: 'enabling what is enabled drops what was not reported yet',
  source: 'spec/split-merge-dirty.md §7, SET_DIRTY_TRACKING: clean snapshot, then the driver',
  class: 'lost dirty',
  violates: 'DRT-007',
  trigger: 'enable, a write, enable, GET_DIRTY_BITMAP',
  steps: {
    *ioptSetDirtyTracking(iopt, domain, enable) {
      if (enable) yield* this.ioptClearDirtyData(iopt, domain);
      return yield* this.setDirtyTracking(domain, enable);
    },
  },
});

const planted = { class: 'planted' } as const;
const source = 'planted; spec/split-merge-dirty.md §7, §4.7';

/** §8: the PASID entry of a device that comes later does not have the domain's state. */
export const newDeviceUntracked = defect({
  ...planted,
  id: 'DRT-P11',
  title: 'writes of a device that is attached while the domain is tracked are not noted',
  source,
  violates: 'DRT-007',
  trigger: 'enable, attach of another group, a write by its device, GET_DIRTY_BITMAP',
  steps: {
    *trackNewDevice() {},
  },
});

/** The bit is cleared in the table, and the IOTLB’s copy says that it is set. */
export const readUnsynced = defect({
  ...planted,
  id: 'DRT-P12',
  title: 'GET_DIRTY_BITMAP does not flush what it has cleared',
  source,
  violates: 'DRT-007',
  trigger: 'a write, GET_DIRTY_BITMAP, another write, GET_DIRTY_BITMAP',
  steps: {
    *dirtySync() {},
  },
});

/** Tested and cleared in two steps. */
export const notAtOnce = defect({
  ...planted,
  id: 'DRT-P13',
  title: 'a write between the test of a dirty bit and its clearing is lost',
  source,
  violates: 'DRT-007',
  trigger: 'GET_DIRTY_BITMAP of a clean page, preempted before it stores the entry; a write',
  steps: {
    *readAndClearDirty(domain, iova, size, clear, note) {
      for (let at = iova; at < iova + size; ) {
        const { entry, size: covers, leaf } = yield* this.dirtyWalk(domain, at);
        if (leaf?.dirty === true && note !== null) note(at, at - (at % covers) + covers);
        if (clear && leaf !== null) {
          yield entry.writeOnce;
          entry.value = leaf.with({ dirty: false });
        }
        at = this.afterEntry(at, covers);
      }
      return 0;
    },
  },
});
