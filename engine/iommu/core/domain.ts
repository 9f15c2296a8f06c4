// struct iommu_domain with what drivers keep of it. Drivers with more state extend the class.

import {
  type Birth,
  type Cell,
  Contract,
  KernelObject,
  Mutex,
  Spinlock,
} from '../../runtime/index.ts';
import type { DomainType } from '../vocabulary/index.ts';
import type { IommuInstance } from './objects.ts';
import type { PageTable } from './pageTable.ts';
import { nothingPending, type Pending } from './pending.ts';
import { Tlb } from './tlb.ts';

/** Who uses the domain, and so who must keep the contracts of the core. */
export type DomainClient = 'kernel' | 'core' | 'vfio' | 'iommufd';

/** Types that have IOMMU_DOMAIN_PAGING (__IOMMU_DOMAIN_PAGING). */
export const isPaging = (type: DomainType): boolean =>
  type === 'unmanaged' || type === 'dma' || type === 'dmaFq';

/** enum iommu_domain_cookie_type (spec/cookies.md §1, E3). */
export type CookieType = 'none' | 'dmaIova' | 'dmaMsi' | 'faultHandler' | 'sva' | 'iommufd';

/** What a domain may keep: a cookie of engine/iommu/cookie, iommufd's hwpt, an mm. */
export type DomainCookie = KernelObject;

const readers = new Set(['sync', 'iova_to_phys', 'get_dirty']);
const tables = new Set(['map', 'unmap', 'split', 'merge', 'switch', 'clear', 'sync', 'free']);

/**
 * spec/iommu-core.md §8: what callers must keep apart on one range of a domain. A look-up may come at
 * any time, but not while the tables of its own range are freed; two readers of dirty state may come
 * together.
 */
export function mustBeSerialised(a: string, b: string): boolean {
  const other = a === 'iova_to_phys' ? b : a;
  if (a === 'iova_to_phys' || b === 'iova_to_phys')
    return other === 'free' || other === 'free_tables';
  if (readers.has(a) && readers.has(b)) return false;
  if (a === 'cookie' || b === 'cookie') return a === b || a === 'free' || b === 'free';
  if (a === 'flush' || b === 'flush') return a === 'free' || b === 'free';
  if (a === 'attach' || b === 'attach') return a === 'free' || b === 'free';
  return tables.has(a) && tables.has(b);
}

export class IommuDomain extends KernelObject {
  readonly type: DomainType;
  /** domain->owner, the instance it was allocated for; null: static, of any driver. */
  readonly iommu: IommuInstance | null;
  readonly client: DomainClient;
  /** Allocated by nobody, and so never freed: of drivers that have one for all. */
  readonly isStatic: boolean = false;
  /** The page table's root: allocated with the domain. */
  readonly root: Cell<PageTable | null>;
  /** What the hardware has cached of this domain. */
  readonly tlb: Tlb;
  /** What its clients have unmapped and not yet synced. */
  readonly pending: Cell<Pending>;
  /** domain->lock of the Intel and AMD drivers. */
  readonly lock: Spinlock;
  /** Numbers of the devices that the driver has attached, as bits: under `lock`. */
  readonly attached: Cell<number>;
  /** Intel: domain->has_mappings, domain->force_snooping. */
  readonly hasMappings: Cell<boolean>;
  readonly forceSnooping: Cell<boolean>;
  /** Dirty tracking of the domain (v3: domain->dirty_log_tracking; 6.7+: the driver's). */
  readonly dirtyTracking: Cell<boolean>;
  /** Devices whose translation entries make the hardware note writes, as bits: under `lock`. */
  readonly dirtyEntries: Cell<number>;
  /** domain->dirty_ops: allocated with IOMMU_HWPT_ALLOC_DIRTY_TRACKING. */
  readonly dirtyOps: Cell<boolean>;
  readonly switchLogLock: Mutex;
  /** Ranges whose dirty log is on, as text: under `switchLogLock`. */
  readonly dirtyRanges: Cell<string>;
  /** cookie_type, and the union whose member it tells. */
  readonly cookieType: Cell<CookieType>;
  readonly cookie: Cell<DomainCookie | null>;
  /** Before 6.15 the handler or mm, and iommufd's hwpt, were unions of their own. */
  readonly handler: Cell<DomainCookie | null>;
  readonly iommufdHwpt: Cell<DomainCookie | null>;
  /** 6.14-rc: domain->sw_msi, which doubles as the owner's tag. */
  readonly swMsi: Cell<'none' | 'dma' | 'iommufd'>;
  /** What the core leaves to its callers to serialise. */
  readonly contract: Contract;

  constructor(birth: Birth, type: DomainType, iommu: IommuInstance | null, client: DomainClient) {
    super(birth);
    this.type = type;
    this.iommu = iommu;
    this.client = client;
    this.root = this.cell<PageTable | null>('root', null);
    this.tlb = new Tlb(this, 'iotlb');
    this.pending = this.cell('pending', nothingPending);
    this.lock = new Spinlock(this, 'lock');
    this.attached = this.cell('attached', 0);
    this.hasMappings = this.cell('has_mappings', false);
    this.forceSnooping = this.cell('force_snooping', false);
    this.dirtyTracking = this.cell('dirty_tracking', false);
    this.dirtyEntries = this.cell('dirty_entries', 0);
    this.dirtyOps = this.cell('dirty_ops', false);
    this.switchLogLock = new Mutex(this, 'switch_log_lock');
    this.dirtyRanges = this.cell('dirty_ranges', '');
    this.cookieType = this.cell<CookieType>('cookie_type', 'none');
    this.cookie = this.cell<DomainCookie | null>('cookie', null);
    this.handler = this.cell<DomainCookie | null>('handler', null);
    this.iommufdHwpt = this.cell<DomainCookie | null>('iommufd_hwpt', null);
    this.swMsi = this.cell<'none' | 'dma' | 'iommufd'>('sw_msi', 'none');
    const byUser = client === 'vfio' || client === 'iommufd';
    this.contract = new Contract(
      this,
      byUser ? 'engine' : 'caller',
      mustBeSerialised,
      client === 'kernel',
    );
  }

  get kind(): string {
    return 'domain';
  }

  override get title(): string {
    return this.boot ? this.name : `${this.type} domain`;
  }
}
