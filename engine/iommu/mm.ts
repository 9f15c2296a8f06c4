// Processes and their memory, for whoever pins user pages: VFIO type1, iommufd, SVA. What a process
// has mapped is constant; pins are of the physical pages, locked_vm is of the process.

import { LockedVm } from '../mm/mm.ts';
import { type Birth, KernelObject, Refcount, type Steps } from '../runtime/index.ts';
import type { U64 } from '../vfio/vocabulary.ts';
import type { PhysPage } from './core/objects.ts';
import type { IommuKernel } from './kernel.ts';
import type { BackedVma, ProcessSpec } from './vocabulary/index.ts';

/** struct mm_struct: outlives its process while somebody holds a reference (mmgrab). */
export class Mm extends KernelObject {
  readonly index: number;
  readonly vmas: readonly BackedVma[];
  readonly count: Refcount;
  readonly lockedVm: LockedVm;

  constructor(birth: Birth, index: number, spec: ProcessSpec) {
    super(birth);
    this.index = index;
    this.vmas = spec.vmas;
    this.count = new Refcount(this, 'mm_count', 1);
    this.lockedVm = new LockedVm(this, spec.memlockPages ?? Number.POSITIVE_INFINITY);
  }

  get kind(): string {
    return 'mm';
  }

  /** The physical address behind a user address; null where nothing is mapped. */
  backing(va: U64): U64 | null {
    const vma = this.vmas.find((v) => v.start <= va && va < v.end);
    return vma === undefined ? null : vma.pa + (va - vma.start);
  }
}

export class MmSteps {
  /** pin_user_pages_remote of one page (FOLL_LONGTERM); null: it cannot be pinned. */
  *pinUserPage(this: IommuKernel, mm: Mm, va: U64): Steps<PhysPage | null> {
    if (yield* this.world.refuses('pin')) return null;
    const pa = mm.backing(va);
    if (pa === null) return null;
    const page = this.world.page(pa);
    yield page.pins.inc;
    return page;
  }

  /** unpin_user_page. */
  *unpinUserPage(this: IommuKernel, page: PhysPage): Steps {
    yield page.pins.dec;
  }
}
