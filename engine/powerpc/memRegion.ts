// struct mm_iommu_table_group_mem_t: one registered region of a process's memory.

import {
  Atomic,
  type Birth,
  type Cell,
  KernelObject,
  type ListNode,
  type RcuObject,
  type Steps,
} from '../runtime/index.ts';
import { hex } from '../hex.ts';
import type { Mm, Page } from '../mm/mm.ts';
import type { U64 } from '../vfio/vocabulary.ts';

export class MemRegion extends KernelObject implements ListNode, RcuObject {
  readonly mm: Mm;
  readonly ua: U64;
  /** Host pages. */
  readonly entries: number;
  /** log2 of the host page, and of the smallest page that backs the region. */
  readonly hostShift: number;
  readonly pageshift: number;
  readonly next: Cell<ListNode | null>;
  /** Registrations; under mem_list_mutex. */
  readonly used: Cell<number>;
  /** 0 being unregistered, 1 idle, 1 + k with k live TCEs. */
  readonly mapped: Atomic;

  constructor(
    birth: Birth,
    mm: Mm,
    ua: U64,
    entries: number,
    hostShift: number,
    pageshift: number,
  ) {
    super(birth);
    this.mm = mm;
    this.ua = ua;
    this.entries = entries;
    this.hostShift = hostShift;
    this.pageshift = pageshift;
    this.next = this.cell<ListNode | null>('next', null);
    this.used = this.cell('used', 1);
    this.mapped = new Atomic(this, 'mapped', 1);
  }

  get kind(): string {
    return 'region';
  }

  override get title(): string {
    return `region [${hex(this.ua)}, ${hex(this.end)})`;
  }

  get end(): U64 {
    return this.ua + this.entries * 2 ** this.hostShift;
  }

  overlaps(ua: U64, end: U64): boolean {
    return this.ua < end && ua < this.end;
  }

  contains(ua: U64, size: U64): boolean {
    return this.ua <= ua && ua + size <= this.end;
  }

  /** The pages that the region pins. */
  pages(): Page[] {
    const size = 2 ** this.hostShift;
    return Array.from(
      { length: this.entries },
      (_, i) => this.mm.pageAt(this.ua + i * size, this.hostShift) as Page,
    );
  }

  /** mm_iommu_free: after a grace period, unpin and free. */
  *reclaim(): Steps {
    for (const page of this.pages()) yield page.pins.dec;
    yield this.free;
  }
}
