// What the VFIO core keeps: containers, groups, devices. The type1 driver's objects are in
// type1/objects.ts.

import { VfioFile } from '../../vfio/file.ts';
import {
  type Birth,
  type Cell,
  KernelObject,
  Mutex,
  Refcount,
  RwSem,
  Spinlock,
} from '../../runtime/index.ts';
import type { Device, IommuGroup } from '../core/objects.ts';
import type { Kvm } from '../kvm/objects.ts';
import type { Mm } from '../mm.ts';
import { OrderedCell } from './ordered.ts';
import type { Type1 } from './type1/objects.ts';

/** A descriptor of the process that opened /dev/vfio/vfio, whatever has become of the container. */
export class ContainerFd extends KernelObject {
  readonly file: VfioFile;

  constructor(birth: Birth) {
    super(birth);
    this.file = new VfioFile(this);
  }

  get kind(): string {
    return 'fd';
  }
}

/** struct vfio_container: gone with its last user (file or group). */
export class VfioContainer extends KernelObject {
  readonly index: number;
  readonly file: VfioFile;
  readonly kref: Refcount;
  readonly groupLock: RwSem;
  readonly groupList: OrderedCell<VfioGroup>;
  /** iommu_data; not null: iommu_driver is set, and there is only one driver here. */
  readonly iommuData: Cell<Type1 | null>;

  constructor(birth: Birth, index: number, fd: ContainerFd) {
    super(birth);
    this.index = index;
    this.file = fd.file;
    this.kref = new Refcount(this, 'kref', 1);
    this.groupLock = new RwSem(this, 'group_lock');
    this.groupList = new OrderedCell<VfioGroup>(this, 'group_list');
    this.iommuData = this.cell<Type1 | null>('iommu_data', null);
  }

  get kind(): string {
    return 'vfio_container';
  }
}

/** struct vfio_group and its file. There while a device of it is registered: `devices`. */
export class VfioGroup extends KernelObject {
  readonly index: number;
  readonly iommuGroup: IommuGroup;
  /** VFIO_EMULATED_IOMMU: mediated devices, which no IOMMU translates for. */
  readonly emulated: boolean;
  readonly file: VfioFile;
  readonly groupLock: Mutex;
  readonly openedFile: Cell<boolean>;
  readonly container: Cell<VfioContainer | null>;
  /** 1 for the container itself, and 1 for each open device. */
  readonly containerUsers: Cell<number>;
  readonly deviceLock: Mutex;
  /** Registered devices: under device_lock. */
  readonly devices: OrderedCell<VfioDevice>;
  readonly kvmRefLock: Spinlock;
  readonly kvm: Cell<Kvm | null>;

  constructor(birth: Birth, index: number, iommuGroup: IommuGroup, emulated: boolean) {
    super(birth);
    this.index = index;
    this.iommuGroup = iommuGroup;
    this.emulated = emulated;
    this.file = new VfioFile(this, false);
    this.groupLock = new Mutex(this, 'group_lock');
    this.openedFile = this.cell('opened_file', false);
    this.container = this.cell<VfioContainer | null>('container', null);
    this.containerUsers = this.cell('container_users', 0);
    this.deviceLock = new Mutex(this, 'device_lock');
    this.devices = new OrderedCell<VfioDevice>(this, 'device_list');
    this.kvmRefLock = new Spinlock(this, 'kvm_ref_lock');
    this.kvm = this.cell<Kvm | null>('kvm', null);
  }

  get kind(): string {
    return 'vfio_group';
  }

  /** The owner that a claim names: the group's pointer. */
  get owner(): number {
    return 0x100 + this.index;
  }
}

/** struct vfio_device: in its group's list while it is registered. */
export class VfioDevice extends KernelObject {
  readonly device: Device;
  readonly group: VfioGroup;
  /** Under group_lock. */
  readonly openCount: Cell<number>;
  readonly kvm: Cell<Kvm | null>;

  constructor(birth: Birth, device: Device, group: VfioGroup) {
    super(birth);
    this.device = device;
    this.group = group;
    this.openCount = this.cell('open_count', 0);
    this.kvm = this.cell<Kvm | null>('kvm', null);
  }

  get kind(): string {
    return 'vfio_device';
  }
}

/** A process that calls: the memory it has now, which execve(2) replaces once. */
export class VfioProcess extends KernelObject {
  readonly next: Mm;
  readonly mm: Cell<Mm>;

  constructor(birth: Birth, mm: Mm, next: Mm) {
    super(birth);
    this.next = next;
    this.mm = this.cell<Mm>('mm', mm);
  }

  get kind(): string {
    return 'process';
  }
}
