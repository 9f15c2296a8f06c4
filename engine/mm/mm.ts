// Processes and their memory: what can be pinned, how often it is, and how much of it is accounted.

import {
  Access,
  Atomic,
  type Birth,
  Cell,
  Flag,
  KernelObject,
  Refcount,
} from '../runtime/index.ts';
import { hex } from '../hex.ts';
import type { MemRegion } from '../powerpc/memRegion.ts';
import type { ProcessSpec, U64, Vma } from '../vfio/vocabulary.ts';

/** A physical page: `pins` counts references taken for DMA. */
export class Page extends KernelObject {
  readonly hpa: U64;
  /** log2 of the size of the (compound) page behind it. */
  readonly shift: number;
  readonly pins: Atomic;

  constructor(birth: Birth, hpa: U64, shift: number) {
    super(birth);
    this.hpa = hpa;
    this.shift = shift;
    this.pins = new Atomic(this, 'pins', 0);
  }

  get kind(): string {
    return 'page';
  }
}

/**
 * locked_vm in host pages. account_locked_vm() does its test and its sum under mmap_lock, which
 * guards nothing else here: one step.
 */
export class LockedVm extends Cell<number> {
  private readonly limit: number;
  private readonly known = new Map<number, Access>();

  constructor(object: KernelObject, limit: number) {
    super(object, 'locked_vm', 0);
    this.limit = limit;
  }

  /** account_locked_vm(n, true): answers whether the limit allows it. n = 0 always goes well. */
  charge(n: number): Access {
    const fits = (v: unknown) => n === 0 || (v as number) + n <= this.limit;
    return this.intern(n, `account +${n}`, {
      outcome: fits,
      apply: (v) => (fits(v) ? (v as number) + n : v),
    });
  }

  /** account_locked_vm(n, false). */
  uncharge(n: number): Access {
    return this.intern(-n - 1, `account -${n}`, { apply: (v) => (v as number) - n });
  }

  get charged(): boolean {
    return this.outcome as boolean;
  }

  private intern(
    key: number,
    verb: string,
    effect: ConstructorParameters<typeof Access>[3],
  ): Access {
    let access = this.known.get(key);
    if (access === undefined)
      this.known.set(key, (access = new Access(this, verb, Flag.mutates | Flag.sleeps, effect)));
    return access;
  }
}

/** Distance between the physical addresses of two processes, beyond any user address. */
const physicalStride = 2 ** 48;

/** struct mm: outlives its process while a container holds a reference (mmgrab). */
export class Mm extends KernelObject {
  readonly index: number;
  readonly vmas: readonly Vma[];
  readonly count: Refcount;
  readonly lockedVm: LockedVm;
  /** mm->context.iommu_group_mem_list. */
  readonly memList: Cell<MemRegion | null>;
  readonly pages = new Map<U64, Page>();

  constructor(birth: Birth, index: number, spec: ProcessSpec) {
    super(birth);
    this.index = index;
    this.vmas = spec.vmas;
    this.count = new Refcount(this, 'mm_count', 1);
    this.lockedVm = new LockedVm(this, spec.memlockPages ?? Number.POSITIVE_INFINITY);
    this.memList = this.cell<MemRegion | null>('iommu_group_mem_list', null);
  }

  get kind(): string {
    return 'mm';
  }

  /** The page at a physical address that `pageAt` gave. */
  pageOf(hpa: U64, pageShift: number): Page | null {
    return this.pageAt(hpa - this.index * physicalStride, pageShift);
  }

  /** The page behind a user address, as a pin finds it; null where nothing is mapped. */
  pageAt(ua: U64, pageShift: number): Page | null {
    const size = 2 ** pageShift;
    const start = ua - (ua % size);
    let page = this.pages.get(start);
    if (page !== undefined) return page;
    const vma = this.vmas.find((v) => v.start <= start && start + size <= v.end);
    if (vma === undefined) return null;
    // Physical addresses differ between processes and are otherwise the virtual ones.
    const hpa = start + this.index * physicalStride;
    page = new Page(
      { name: `mm${this.index}.page[${hex(start)}]`, boot: true },
      hpa,
      vma.pageShift,
    );
    this.pages.set(start, page);
    return page;
  }
}
