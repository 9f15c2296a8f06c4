// What the VFIO core keeps behind its files: containers (/dev/vfio/vfio) and groups (/dev/vfio/N).
// The IOMMU driver's own objects are in engine/vfio/spapr.

import {
  type Birth,
  type Cell,
  KernelObject,
  type ListNode,
  Mutex,
  Refcount,
  RwSem,
} from '../../runtime/index.ts';
import type { TceContainer, VfioGroup } from '../spapr/objects.ts';

/** struct vfio_container: made by open, gone with its last user (file or group). */
export class VfioContainer extends KernelObject {
  readonly index: number;
  readonly kref: Refcount;
  readonly groupLock: RwSem;
  /** The group added last comes first. */
  readonly groupList: Cell<VfioCoreGroup | null>;
  /** iommu_data; not null: a driver is set, and there is only one driver here. */
  readonly iommuData: Cell<TceContainer | null>;

  constructor(birth: Birth, index: number) {
    super(birth);
    this.index = index;
    this.kref = new Refcount(this, 'kref', 1);
    this.groupLock = new RwSem(this, 'group_lock');
    this.groupList = this.cell<VfioCoreGroup | null>('group_list', null);
    this.iommuData = this.cell<TceContainer | null>('iommu_data', null);
  }

  get kind(): string {
    return 'vfio_container';
  }
}

/** struct vfio_group: as long as a device of the IOMMU group is bound to vfio-pci. */
export class VfioCoreGroup extends KernelObject implements ListNode {
  /** The IOMMU group, as the driver below knows it. */
  readonly iommuGroup: VfioGroup;
  readonly groupLock: Mutex;
  readonly openedFile: Cell<boolean>;
  readonly container: Cell<VfioContainer | null>;
  /** 1 for the container itself, and 1 for each open device. */
  readonly containerUsers: Cell<number>;
  readonly next: Cell<ListNode | null>;

  constructor(birth: Birth, iommuGroup: VfioGroup) {
    super(birth);
    this.iommuGroup = iommuGroup;
    this.groupLock = new Mutex(this, 'group_lock');
    this.openedFile = this.cell('opened_file', false);
    this.container = this.cell<VfioContainer | null>('container', null);
    this.containerUsers = this.cell('container_users', 0);
    this.next = this.cell<ListNode | null>('container_next', null);
  }

  get kind(): string {
    return 'vfio_group';
  }
}
