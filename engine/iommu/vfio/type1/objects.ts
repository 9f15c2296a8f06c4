// What the type1 driver keeps behind a container: struct vfio_iommu and what hangs on it. All of it
// is guarded by vfio_iommu->lock.

import { type Birth, type Cell, KernelObject, Mutex } from '../../../runtime/index.ts';
import type { U64 } from '../../../vfio/vocabulary.ts';
import type { IommuDomain } from '../../core/domain.ts';
import type { Mm } from '../../mm.ts';
import type { VfioDevice, VfioGroup } from '../objects.ts';
import { OrderedCell } from '../ordered.ts';
import type { Ranges } from '../ranges.ts';

/** dma_entry_limit: mappings of one container. */
export const dmaEntryLimit = 65535;

/** struct vfio_iommu. */
export class Type1 extends KernelObject {
  readonly v2: boolean;
  readonly nesting: boolean;
  readonly lock: Mutex;
  readonly domainList: OrderedCell<VfioDomain>;
  readonly emulatedGroups: OrderedCell<Type1Group>;
  /** Open mediated devices, which are told of unmaps. */
  readonly deviceList: OrderedCell<VfioDevice>;
  /** Ascending by IOVA. */
  readonly dmaList: OrderedCell<VfioDma>;
  /** iova_list; null: the empty list, which forbids nothing. */
  readonly iovaList: Cell<Ranges | null>;
  /** The smallest page of pgsize_bitmap. */
  readonly pgsize: Cell<number>;
  readonly dmaAvail: Cell<number>;
  readonly vaddrInvalidCount: Cell<number>;
  readonly dirtyPageTracking: Cell<boolean>;
  readonly numNonPinnedGroups: Cell<number>;

  constructor(birth: Birth, v2: boolean, nesting: boolean, pageSize: number) {
    super(birth);
    this.v2 = v2;
    this.nesting = nesting;
    this.lock = new Mutex(this, 'lock');
    this.domainList = new OrderedCell<VfioDomain>(this, 'domain_list');
    this.emulatedGroups = new OrderedCell<Type1Group>(this, 'emulated_iommu_groups');
    this.deviceList = new OrderedCell<VfioDevice>(this, 'device_list');
    this.dmaList = new OrderedCell<VfioDma>(this, 'dma_list');
    this.iovaList = this.cell<Ranges | null>('iova_list', null);
    this.pgsize = this.cell('pgsize_bitmap', pageSize);
    this.dmaAvail = this.cell('dma_avail', dmaEntryLimit);
    this.vaddrInvalidCount = this.cell('vaddr_invalid_count', 0);
    this.dirtyPageTracking = this.cell('dirty_page_tracking', false);
    this.numNonPinnedGroups = this.cell('num_non_pinned_groups', 0);
  }

  get kind(): string {
    return 'vfio_iommu';
  }
}

/** struct vfio_domain: an IOMMU domain and the groups that share it. */
export class VfioDomain extends KernelObject {
  readonly domain: IommuDomain;
  readonly enforceCacheCoherency: boolean;
  readonly groupList: OrderedCell<Type1Group>;

  constructor(birth: Birth, domain: IommuDomain, enforceCacheCoherency: boolean) {
    super(birth);
    this.domain = domain;
    this.enforceCacheCoherency = enforceCacheCoherency;
    this.groupList = new OrderedCell<Type1Group>(this, 'group_list');
  }

  get kind(): string {
    return 'vfio_domain';
  }
}

/** struct vfio_iommu_group: a group as type1 knows it. */
export class Type1Group extends KernelObject {
  readonly group: VfioGroup;
  readonly pinnedPageDirtyScope: Cell<boolean>;

  constructor(birth: Birth, group: VfioGroup) {
    super(birth);
    this.group = group;
    // An emulated group can only dirty what it pins.
    this.pinnedPageDirtyScope = this.cell('pinned_page_dirty_scope', group.emulated);
  }

  get kind(): string {
    return 'vfio_iommu_group';
  }
}

/** struct vfio_dma: one mapping of user space. */
export class VfioDma extends KernelObject {
  readonly iova: U64;
  readonly size: U64;
  readonly prot: number;
  readonly vaddr: Cell<U64>;
  readonly vaddrInvalid: Cell<boolean>;
  readonly iommuMapped: Cell<boolean>;
  /** Whose memory it is, and how much of it is accounted there. */
  readonly mm: Cell<Mm>;
  readonly lockedPages: Cell<number>;
  /** One character a page, `1` dirty; null while nothing is tracked. */
  readonly bitmap: Cell<string | null>;
  /** Pages that mediated devices have pinned. */
  readonly pfnList: OrderedCell<VfioPfn>;

  constructor(birth: Birth, iova: U64, size: U64, prot: number, vaddr: U64, mm: Mm) {
    super(birth);
    this.iova = iova;
    this.size = size;
    this.prot = prot;
    this.vaddr = this.cell('vaddr', vaddr);
    this.vaddrInvalid = this.cell('vaddr_invalid', false);
    this.iommuMapped = this.cell('iommu_mapped', false);
    this.mm = this.cell('mm', mm);
    this.lockedPages = this.cell('locked_vm', 0);
    this.bitmap = this.cell<string | null>('bitmap', null);
    this.pfnList = new OrderedCell<VfioPfn>(this, 'pfn_list');
  }

  get kind(): string {
    return 'vfio_dma';
  }

  get end(): U64 {
    return this.iova + this.size;
  }
}

/** struct vfio_pfn: a page pinned by mediated devices, and how often. */
export class VfioPfn extends KernelObject {
  readonly iova: U64;
  readonly pa: U64;
  readonly refCount: Cell<number>;

  constructor(birth: Birth, iova: U64, pa: U64) {
    super(birth);
    this.iova = iova;
    this.pa = pa;
    this.refCount = this.cell('ref_count', 1);
  }

  get kind(): string {
    return 'vfio_pfn';
  }
}
