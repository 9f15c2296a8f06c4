// Divergence: before 5.0 one function looked for the region, tested overlap, and only then charged
// and pinned; so -EINVAL came before -ENOMEM and -EFAULT.

import { EINVAL, ENOMEM } from '../../errno.ts';
import type { Mm } from '../../mm/mm.ts';
import type { MemRegion } from '../../powerpc/memRegion.ts';
import { listAdd, type Steps } from '../../runtime/index.ts';
import type { SpaprKernel } from '../../vfio/spapr/kernel.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import { divergence } from './spapr.ts';

export const registerOrder = divergence({
  id: 'D-ORDER',
  title: 'REGISTER tests overlap before it charges and pins, all under mem_list_mutex',
  source: 'spec/spapr-tce-v2.md §7, mm_iommu_get up to 4.20',
  trigger: 'REGISTER of a range that overlaps and is not mapped: -EINVAL, later -EFAULT',
  allows: ['overlapFirst'],
  steps: {
    *mmIommuNew(mm, ua, entries) {
      const { memListMutex } = this.world.mmIommu;
      yield memListMutex.lock;
      const mem = yield* newLocked(this, mm, ua, entries);
      yield memListMutex.unlock;
      return mem;
    },
  },
});

function* newLocked(k: SpaprKernel, mm: Mm, ua: U64, entries: number): Steps<MemRegion | number> {
  const end = ua + entries * 2 ** k.world.geometry.pageShift;
  if (yield* k.mmIommuOverlaps(mm, ua, end)) return EINVAL;
  yield mm.lockedVm.charge(entries);
  if (!mm.lockedVm.charged) return ENOMEM;
  const mem = yield* k.mmIommuAlloc(mm, ua, entries);
  if (typeof mem === 'number') yield mm.lockedVm.uncharge(entries);
  else yield* listAdd(mm.memList, mem, true);
  return mem;
}
