// What domains keep for others: IOVA cookies, MSI cookies, fault handlers; and the MSI descriptors of
// devices. The tag that says which of them a domain has is the domain's own (core/domain.ts).

import {
  type Birth,
  type Cell,
  KernelObject,
  type ListNode,
  Mutex,
  Spinlock,
} from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import { type Queue, emptyQueue } from './flushQueue.ts';
import { noRanges, type Ranges } from './ranges.ts';

/** struct iommu_dma_msi_page: where a doorbell is mapped. */
export class MsiPage extends KernelObject implements ListNode {
  readonly phys: U64;
  readonly iova: U64;
  readonly next: Cell<ListNode | null>;

  constructor(birth: Birth, phys: U64, iova: U64) {
    super(birth);
    this.phys = phys;
    this.iova = iova;
    this.next = this.cell<ListNode | null>('next', null);
  }

  get kind(): string {
    return 'msi_page';
  }
}

/** struct iommu_dma_msi_cookie: a bump pointer and the pages it gave out. */
export class MsiCookie extends KernelObject {
  /** Whose it is. */
  readonly domain: IommuDomain;
  readonly base: U64;
  /** The domain may be that of several groups: their mutexes do not guard the list. */
  readonly msiLock: Mutex;
  readonly msiIova: Cell<U64>;
  readonly msiPages: Cell<MsiPage | null>;

  constructor(birth: Birth, domain: IommuDomain, base: U64) {
    super(birth);
    this.domain = domain;
    this.base = base;
    this.msiLock = new Mutex(this, 'msi_lock');
    this.msiIova = this.cell('msi_iova', base);
    this.msiPages = this.cell<MsiPage | null>('msi_page_list', null);
  }

  get kind(): string {
    return 'msi_cookie';
  }
}

/** struct iommu_dma_cookie with its iova_domain and flush queue. */
export class IovaCookie extends KernelObject {
  /** Whose it is. */
  readonly domain: IommuDomain;
  readonly mutex: Mutex;
  /** iovad.granule; 0: iommu_dma_init_domain has not been called. */
  readonly granule: Cell<number>;
  /** iovad.start_pfn, as an address. */
  readonly start: Cell<U64>;
  /** The last address that may be handed out. */
  readonly limit: Cell<U64>;
  /** iovad.iova_rbtree_lock; what it guards follows. */
  readonly lock: Spinlock;
  readonly allocated: Cell<Ranges>;
  readonly reserved: Cell<Ranges>;
  readonly msiLock: Mutex;
  readonly msiPages: Cell<MsiPage | null>;
  /** cookie->fq_domain: frees wait in the queue. */
  readonly queued: Cell<boolean>;
  readonly fqLock: Spinlock;
  readonly queue: Cell<Queue>;
  readonly flushStart: Cell<number>;
  readonly flushFinish: Cell<number>;

  constructor(birth: Birth, domain: IommuDomain) {
    super(birth);
    this.domain = domain;
    this.mutex = new Mutex(this, 'mutex');
    this.granule = this.cell('granule', 0);
    this.start = this.cell('start_pfn', 0);
    this.limit = this.cell('limit', 0);
    this.lock = new Spinlock(this, 'iova_rbtree_lock');
    this.allocated = this.cell<Ranges>('rbroot', noRanges);
    this.reserved = this.cell<Ranges>('reserved', noRanges);
    this.msiLock = new Mutex(this, 'msi_lock');
    this.msiPages = this.cell<MsiPage | null>('msi_page_list', null);
    this.queued = this.cell('fq_domain', false);
    this.fqLock = new Spinlock(this, 'fq_lock');
    this.queue = this.cell<Queue>('fq', emptyQueue());
    this.flushStart = this.cell('fq_flush_start_cnt', 0);
    this.flushFinish = this.cell('fq_flush_finish_cnt', 0);
  }

  get kind(): string {
    return 'iova_cookie';
  }
}

/** A client's fault handler, with its token: a function, never freed. */
export class FaultHandler extends KernelObject {
  get kind(): string {
    return 'fault_handler';
  }
}

/** struct msi_desc of a device's interrupt: what compose puts into the message. */
export class MsiDesc extends KernelObject {
  /** iommu_msi_iova >> shift; 0 with shift 0: the address is not translated. */
  readonly iova: Cell<U64>;
  readonly shift: Cell<number>;
  /** iommu_cookie: until 6.14 a pointer to the page itself (spec/cookies.md §11). */
  readonly page: Cell<MsiPage | null>;

  constructor(birth: Birth) {
    super(birth);
    this.iova = this.cell('iommu_msi_iova', 0);
    this.shift = this.cell('iommu_msi_shift', 0);
    this.page = this.cell<MsiPage | null>('iommu_cookie', null);
  }

  get kind(): string {
    return 'msi_desc';
  }
}
