// The objects of the IOMMU core that are there from the start: IOMMU instances, devices with their
// translation entries, groups.

import {
  Atomic,
  type Birth,
  type Cell,
  KernelObject,
  type ListNode,
  Mutex,
  RwSem,
} from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import { addressLimit, leafSizes } from './pageTable.ts';
import type {
  DeviceSpec,
  DriverKind,
  GroupSpec,
  IommuGeometry,
  IommuSpec,
} from '../vocabulary/index.ts';
import type { IommuDomain } from './domain.ts';

/** struct iommu_device with its driver's parameters. */
export class IommuInstance extends KernelObject {
  readonly index: number;
  readonly spec: IommuSpec;
  readonly geometry: IommuGeometry;
  readonly driver: DriverKind;
  /** pgsize_bitmap: sizes of leaves in bytes, ascending. */
  readonly pageSizes: readonly number[];
  /** domain->geometry: first and last address. */
  readonly aperture: { readonly start: U64; readonly end: U64 };

  constructor(birth: Birth, index: number, spec: IommuSpec, geometry: IommuGeometry) {
    super(birth);
    this.index = index;
    this.spec = spec;
    this.geometry = geometry;
    this.driver = spec.driver;
    this.pageSizes = leafSizes(geometry);
    this.aperture = spec.aperture ?? { start: 0, end: addressLimit(geometry) - 1 };
  }

  get kind(): string {
    return 'iommu';
  }
}

/**
 * The translation entry of a requester id: what the hardware uses for DMA of every device that has
 * the id. null: not present, DMA faults.
 */
export class RequesterId extends KernelObject {
  readonly domain: Cell<IommuDomain | null>;

  constructor(birth: Birth) {
    super(birth);
    this.domain = this.cell<IommuDomain | null>('domain', null);
  }

  get kind(): string {
    return 'rid';
  }
}

/** struct dev_iommu: what the core keeps of a device behind an IOMMU. */
export class DevIommu extends KernelObject {
  /** dev->iommu->iommu_dev: set once the driver has taken the device. */
  readonly iommuDev: Cell<IommuInstance | null>;

  constructor(birth: Birth) {
    super(birth);
    this.iommuDev = this.cell<IommuInstance | null>('iommu_dev', null);
  }

  get kind(): string {
    return 'dev_iommu';
  }
}

/** struct device with its dev_iommu. */
export class Device extends KernelObject implements ListNode {
  readonly index: number;
  readonly spec: DeviceSpec;
  readonly iommu: IommuInstance;
  readonly rid: RequesterId;
  /** In group->devices. */
  readonly next: Cell<ListNode | null>;
  /** dev->iommu_group; null: not probed. */
  readonly group: Cell<IommuGroup | null>;
  /** dev->iommu. */
  readonly param: Cell<DevIommu | null>;
  /** What the driver has attached the device to (info->domain); null: it is blocked. */
  readonly domain: Cell<IommuDomain | null>;
  readonly attachDeferred: Cell<boolean>;
  /** dev->iommu->require_direct. */
  readonly requireDirect: boolean;
  /** Buses find a device (read) and take it away (write): not at once. */
  readonly presence: RwSem;
  /** device_lock: one driver is bound or unbound at a time. */
  readonly lock: Mutex;
  /** A driver that uses the DMA API is bound. */
  readonly kernelDriver: Cell<boolean>;
  private readonly pasids = new Map<number, Cell<IommuDomain | null>>();

  constructor(
    birth: Birth,
    index: number,
    spec: DeviceSpec,
    iommu: IommuInstance,
    rid: RequesterId,
  ) {
    super(birth);
    this.index = index;
    this.spec = spec;
    this.iommu = iommu;
    this.rid = rid;
    this.next = this.cell<ListNode | null>('next', null);
    this.group = this.cell<IommuGroup | null>('iommu_group', null);
    this.param = this.cell<DevIommu | null>('iommu', null);
    this.domain = this.cell<IommuDomain | null>('domain', null);
    this.attachDeferred = this.cell('attach_deferred', spec.attachDeferred === true);
    this.requireDirect = (spec.reserved ?? []).some((r) => r.kind === 'direct');
    this.presence = new RwSem(this, 'presence');
    this.lock = new Mutex(this, 'device_lock');
    this.kernelDriver = this.cell('kernel_driver', spec.kernelDriver === true);
  }

  get kind(): string {
    return 'device';
  }

  /** The translation entry of a PASID of the device. */
  pasid(pasid: number): Cell<IommuDomain | null> {
    let entry = this.pasids.get(pasid);
    if (entry === undefined)
      this.pasids.set(pasid, (entry = this.cell<IommuDomain | null>(`pasid${pasid}`, null)));
    return entry;
  }

  /** The PASIDs that were ever looked at. */
  pasidsTouched(): number[] {
    return [...this.pasids.keys()].sort((a, b) => a - b);
  }
}

/** struct iommu_group. */
export class IommuGroup extends KernelObject {
  readonly index: number;
  readonly spec: GroupSpec;
  readonly mutex: Mutex;
  readonly devices: Cell<Device | null>;
  readonly defaultDomain: Cell<IommuDomain | null>;
  readonly blockingDomain: Cell<IommuDomain | null>;
  readonly domain: Cell<IommuDomain | null>;
  /** group->owner: 0 is NULL. */
  readonly owner: Cell<number>;
  readonly ownerCnt: Cell<number>;
  /** Entries of pasid_array. */
  readonly pasidCount: Cell<number>;
  private readonly pasids = new Map<number, Cell<IommuDomain | null>>();

  constructor(birth: Birth, index: number, spec: GroupSpec) {
    super(birth);
    this.index = index;
    this.spec = spec;
    this.mutex = new Mutex(this, 'mutex');
    this.devices = this.cell<Device | null>('devices', null);
    this.defaultDomain = this.cell<IommuDomain | null>('default_domain', null);
    this.blockingDomain = this.cell<IommuDomain | null>('blocking_domain', null);
    this.domain = this.cell<IommuDomain | null>('domain', null);
    this.owner = this.cell('owner', 0);
    this.ownerCnt = this.cell('owner_cnt', 0);
    this.pasidCount = this.cell('pasid_count', 0);
  }

  get kind(): string {
    return 'group';
  }

  /** group->pasid_array[pasid]. */
  pasid(pasid: number): Cell<IommuDomain | null> {
    let entry = this.pasids.get(pasid);
    if (entry === undefined)
      this.pasids.set(
        pasid,
        (entry = this.cell<IommuDomain | null>(`pasid_array[${pasid}]`, null)),
      );
    return entry;
  }

  /** The PASIDs that were ever looked at. */
  pasidsTouched(): number[] {
    return [...this.pasids.keys()].sort((a, b) => a - b);
  }
}

/** A physical page: whether it is allocated, and its references taken for DMA. */
export class PhysPage extends KernelObject {
  readonly pa: U64;
  readonly allocated: Cell<boolean>;
  /** How often it was allocated: who finds another number than before has a reused page. */
  readonly generation: Cell<number>;
  readonly pins: Atomic;
  /** Those of them that are in-kernel clients' (page_pin). */
  readonly held: Cell<number>;

  constructor(birth: Birth, pa: U64) {
    super(birth);
    this.pa = pa;
    this.allocated = this.cell('allocated', true);
    this.generation = this.cell('generation', 0);
    this.pins = new Atomic(this, 'pins', 0);
    this.held = this.cell('held', 0);
  }

  get kind(): string {
    return 'page';
  }
}
