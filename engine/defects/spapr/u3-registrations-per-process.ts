// U3: registrations are counted for the process, not for the container that made them.

import { ENOENT, ENOMEM, EINVAL } from '../../errno.ts';
import type { Mm } from '../../mm/mm.ts';
import type { MemRegion } from '../../powerpc/memRegion.ts';
import { listAdd, listDel, listFirst, listNext, type Steps } from '../../runtime/index.ts';
import { type TceContainer, TcePrereg } from '../../vfio/spapr/objects.ts';
import { defect } from './spapr.ts';

/** The container's own node of a region: kept for the books only, nothing is decided by it. */
function* bookOf(container: TceContainer, mem: MemRegion): Steps<TcePrereg | null> {
  let node = yield* listFirst(container.preregList);
  while (node !== null && node.mem !== mem) node = yield* listNext(node);
  return node;
}

export const u3 = defect({
  id: 'U3',
  title: 'a container can unregister what another container registered',
  source: 'seed 001; spec/spapr-tce-v2.md §11 U3; fixed 4.10 by the prereg_list',
  class: 'wrong owner',
  violates: 'CON-101',
  trigger: 'REGISTER in one container, UNREGISTER in another of the same process',
  allows: ['sharedRegistrations'],
  steps: {
    *tceIommuRegisterPages(container, va, size) {
      const page = 2 ** this.world.geometry.pageShift;
      if (va % page !== 0 || size % page !== 0 || va + size >= 2 ** 64) return EINVAL;
      const refused = this.tceIommuSizeCheck(size);
      if (refused !== 0) return refused;
      const mm = (yield* this.tceMm(container)) as Mm;
      if (yield* this.world.refuses('kzalloc')) return ENOMEM;
      const mem =
        (yield* this.mmIommuGet(mm, va, size / page)) ??
        (yield* this.mmIommuNew(mm, va, size / page));
      if (typeof mem === 'number') return mem;
      yield* listAdd(container.preregList, this.world.heap.create(TcePrereg, mem));
      yield* this.tceIommuEnabledBy(container);
      return 0;
    },
    *tceIommuUnregisterPages(container, va, size) {
      const page = 2 ** this.world.geometry.pageShift;
      if (va % page !== 0 || size % page !== 0) return EINVAL;
      const mm = yield* this.tceMm(container);
      if (mm === null) return ENOENT;
      const mem = yield* this.mmIommuFind(mm, (m) => this.tceIommuRegionMeant(m, va, size));
      if (mem === null) return this.tceIommuUnregisterMiss();
      const node = yield* bookOf(container, mem);
      const ret = yield* this.mmIommuPut(mm, mem);
      if (ret === 0 && node !== null) {
        yield* listDel(container.preregList, node);
        yield node.free;
      }
      return ret;
    },
  },
});
