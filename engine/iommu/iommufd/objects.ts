// iommufd's objects: what user space names by ids, their counts of users, the context that they are of.
// The IO page table behind an IOAS is in iopt.ts.

import {
  Access,
  type Birth,
  type Cell,
  Flag,
  KernelObject,
  Mutex,
  Refcount,
  Spinlock,
} from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { Device, IommuGroup } from '../core/objects.ts';
import { Iopt } from './iopt.ts';
import { emptySet, type ObjectSet } from './objectSet.ts';

/** obj->shortterm_users with ictx->destroy_wait. */
export class ShorttermUsers extends Refcount {
  /** wait_event(destroy_wait, shortterm_users == 0). */
  readonly waitZero: Access;

  constructor(object: KernelObject, field: string, initial: number) {
    super(object, field, initial);
    this.waitZero = new Access(this, 'wait for zero', Flag.sleeps, { ready: (v) => v === 0 });
  }
}

/** An entry of ictx->objects: null, the reserved entry (the context itself), or an object. */
export type Entry = Cell<KernelObject | null>;

/** struct iommufd_object. */
export abstract class IommufdObject extends KernelObject {
  readonly entry: Entry;
  /** 1 for the xarray, and one for each reference; destroyed at 1 only. */
  readonly users: Refcount;
  readonly shorttermUsers: ShorttermUsers;

  /** `entry` null: user space has no name for it. */
  constructor(birth: Birth, entry: Entry | null) {
    super(birth);
    this.entry = entry ?? this.cell<KernelObject | null>('id', null);
    this.users = new Refcount(this, 'users', 1);
    this.shorttermUsers = new ShorttermUsers(this, 'shortterm_users', 1);
  }
}

/** struct iommufd_ioas. */
export class Ioas extends IommufdObject {
  readonly mutex: Mutex;
  readonly iopt: Iopt;
  readonly hwptList: Cell<ObjectSet<Hwpt>>;

  constructor(birth: Birth, entry: Entry, smallPages: boolean) {
    super(birth, entry);
    this.mutex = new Mutex(this, 'mutex');
    this.iopt = new Iopt(this, smallPages);
    this.hwptList = this.cell<ObjectSet<Hwpt>>('hwpt_list', emptySet());
  }

  get kind(): string {
    return 'ioas';
  }
}

/** struct iommufd_hwpt_paging or, with a parent, iommufd_hwpt_nested. */
export class Hwpt extends IommufdObject {
  readonly ioas: Ioas;
  readonly parent: Hwpt | null;
  /** IOMMU_HWPT_ALLOC_NEST_PARENT, _DIRTY_TRACKING, _FAULT_ID_VALID. */
  readonly flags: number;
  readonly domain: Cell<IommuDomain | null>;
  readonly autoDomain: Cell<boolean>;
  readonly enforceCacheCoherency: Cell<boolean>;
  /** Ids of the doorbells that are mapped, as bits: under ictx->sw_msi_lock. */
  readonly presentSwMsi: Cell<number>;
  /** Requests that were not answered yet: numbers of their devices, in order. */
  readonly faults: Cell<string>;
  /** E1: iommu_get_msi_cookie was called. */
  readonly msiCookie: Cell<boolean>;

  constructor(birth: Birth, entry: Entry | null, ioas: Ioas, parent: Hwpt | null, flags: number) {
    super(birth, entry);
    this.ioas = ioas;
    this.parent = parent;
    this.flags = flags;
    this.domain = this.cell<IommuDomain | null>('domain', null);
    this.autoDomain = this.cell('auto_domain', false);
    this.enforceCacheCoherency = this.cell('enforce_cache_coherency', false);
    this.presentSwMsi = this.cell('present_sw_msi', 0);
    this.faults = this.cell('fault_response', '');
    this.msiCookie = this.cell('msi_cookie', false);
  }

  get kind(): string {
    return this.parent === null ? 'hwpt_paging' : 'hwpt_nested';
  }

  /** find_hwpt_paging: the one with the IO page table of the IOAS. */
  get paging(): Hwpt {
    return this.parent ?? this;
  }
}

/** struct iommufd_device. */
export class Idev extends IommufdObject {
  readonly device: Device;
  readonly igroup: Igroup;
  readonly enforceCacheCoherency: boolean;

  constructor(birth: Birth, entry: Entry, device: Device, igroup: Igroup, enforce: boolean) {
    super(birth, entry);
    this.device = device;
    this.igroup = igroup;
    this.enforceCacheCoherency = enforce;
  }

  get kind(): string {
    return 'iommufd_device';
  }
}

/** struct iommufd_group: what all devices of one group share. */
export class Igroup extends KernelObject {
  readonly group: IommuGroup;
  readonly ref: Refcount;
  readonly lock: Mutex;
  readonly hwpt: Cell<Hwpt | null>;
  readonly deviceList: Cell<ObjectSet<Idev>>;
  /** Start of the devices' IOMMU_RESV_SW_MSI region; -1: PHYS_ADDR_MAX. */
  readonly swMsiStart: Cell<U64>;
  readonly requiredSwMsi: Cell<number>;
  /** The paging hwpt that the group is about to be attached to: ictx->sw_msi_lock. */
  readonly nextSwMsi: Cell<Hwpt | null>;

  constructor(birth: Birth, group: IommuGroup) {
    super(birth);
    this.group = group;
    this.ref = new Refcount(this, 'ref', 1);
    this.lock = new Mutex(this, 'lock');
    this.hwpt = this.cell<Hwpt | null>('hwpt', null);
    this.deviceList = this.cell<ObjectSet<Idev>>('device_list', emptySet());
    this.swMsiStart = this.cell('sw_msi_start', -1);
    this.requiredSwMsi = this.cell('required_sw_msi', 0);
    this.nextSwMsi = this.cell<Hwpt | null>('next_sw_msi', null);
  }

  get kind(): string {
    return 'iommufd_group';
  }
}

/** The cdev of a device: vfio_device with its dev_set's lock. */
export class VfioCdev extends KernelObject {
  readonly lock: Mutex;
  readonly idev: Cell<Idev | null>;
  readonly attached: Cell<boolean>;
  /** Page requests of the device that are not answered. */
  readonly requests: Cell<number>;

  constructor(birth: Birth) {
    super(birth);
    this.requests = this.cell('page_requests', 0);
    this.lock = new Mutex(this, 'lock');
    this.idev = this.cell<Idev | null>('iommufd_device', null);
    this.attached = this.cell('iommufd_attached', false);
  }

  get kind(): string {
    return 'vfio_cdev';
  }
}

/** struct iommufd_ctx: one open /dev/iommu. */
export class Ictx extends KernelObject {
  readonly xaLock: Spinlock;
  /** Objects that user space has no name for: hwpts made by attaching to an IOAS. */
  readonly unnamed: Cell<ObjectSet<Hwpt>>;
  readonly swMsiLock: Mutex;
  private readonly entries = new Map<string, Entry>();
  private readonly groups = new Map<IommuGroup, Cell<Igroup | null>>();

  constructor(birth: Birth) {
    super(birth);
    this.xaLock = new Spinlock(this, 'objects_lock');
    this.unnamed = this.cell<ObjectSet<Hwpt>>('unnamed', emptySet());
    this.swMsiLock = new Mutex(this, 'sw_msi_lock');
  }

  get kind(): string {
    return 'iommufd_ctx';
  }

  /** The entry of the id that user space keeps under this name. */
  object(name: 'ioas' | 'hwpt' | 'device', slot: number): Entry {
    const key = `${name}${slot}`;
    let entry = this.entries.get(key);
    if (entry === undefined)
      this.entries.set(key, (entry = this.cell<KernelObject | null>(key, null)));
    return entry;
  }

  /** Every entry that was ever looked at. */
  touched(): Entry[] {
    return [...this.entries.values()];
  }

  /** ictx->groups[id]. */
  group(group: IommuGroup): Cell<Igroup | null> {
    let cell = this.groups.get(group);
    if (cell === undefined)
      this.groups.set(group, (cell = this.cell<Igroup | null>(`group${group.index}`, null)));
    return cell;
  }
}
