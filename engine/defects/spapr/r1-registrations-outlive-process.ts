// R1: what a dying process had registered is never given back.

import { listDel, listFirst } from '../../runtime/index.ts';
import { defect } from './spapr.ts';

export const r1 = defect({
  id: 'R1',
  title: 'the registrations of a process that dies stay pinned and charged',
  source:
    'seed 001; spec/spapr-tce-v2.md §8, §11 R1; fixed 4.10 by "vfio/spapr: Reference mm in tce_container"',
  class: 'leak at exit',
  violates: 'ACC-005',
  trigger: 'attach, REGISTER, exit',
  steps: {
    // The code works on current->mm, which is gone when the files of a process are closed.
    *tceMm() {
      return this.world.currentMm();
    },
    // No list of registrations: release leaves them to the process. Only the books are closed here.
    *tceIommuReleasePrereg(container) {
      for (;;) {
        const node = yield* listFirst(container.preregList);
        if (node === null) return;
        yield* listDel(container.preregList, node);
        yield node.free;
      }
    },
  },
});
