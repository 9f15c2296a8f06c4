// The objects of the virtio-iommu driver (struct viommu_dev, viommu_domain, viommu_endpoint) and
// the device behind it: spec/virtio-domain.md §1.

import { type Birth, type Cell, KernelObject, Mutex, Spinlock } from '../../runtime/index.ts';
import { type DomainClient, IommuDomain } from '../core/domain.ts';
import type { Device, IommuInstance } from '../core/objects.ts';
import type { DomainType, VirtioSpec } from '../vocabulary/index.ts';
import { type Failures, noFailures } from './failures.ts';
import { type HwConfig, type HwState, idleDevice } from './device.ts';
import { mapFlag, type Mappings, noMappings } from './mappings.ts';

/** A virtio-iommu device: hardware, not memory of the kernel. */
export class VirtioHw extends KernelObject {
  readonly config: HwConfig;
  readonly state: Cell<HwState>;

  constructor(birth: Birth, config: HwConfig) {
    super(birth);
    this.config = config;
    this.state = this.cell('state', idleDevice);
  }

  get kind(): string {
    return 'virtio_iommu';
  }
}

/** struct viommu_dev: one for each device. */
export class ViommuDev extends KernelObject {
  readonly iommu: IommuInstance;
  readonly hw: VirtioHw;
  readonly spec: VirtioSpec;
  readonly granule: number;
  readonly mapFlags: number;
  /** Protects the request queue; held while the device is waited for. */
  readonly requestLock: Spinlock;
  /** The ida: ids in use, ascending, as text. */
  readonly domainIds: Cell<string>;
  /** Endpoints in the static identity domain, under request_lock. */
  readonly identityEndpoints: Cell<number>;
  /** MAP requests that were queued, and refused by the device: under request_lock. */
  readonly failed: Cell<Failures>;

  constructor(birth: Birth, iommu: IommuInstance, hw: VirtioHw) {
    super(birth);
    this.iommu = iommu;
    this.hw = hw;
    this.spec = iommu.spec.virtio ?? {};
    this.granule = hw.config.granule;
    this.mapFlags = mapFlag.read | mapFlag.write | (this.spec.mmio === true ? mapFlag.mmio : 0);
    this.requestLock = new Spinlock(this, 'request_lock');
    this.domainIds = this.cell('domain_ids', '');
    this.identityEndpoints = this.cell('identity_endpoints', 0);
    this.failed = this.cell<Failures>('failed', noFailures);
  }

  get kind(): string {
    return 'viommu';
  }
}

/** struct viommu_domain. */
export class ViommuDomain extends IommuDomain {
  /** null: not finalised. */
  readonly viommu: Cell<ViommuDev | null>;
  readonly id: Cell<number>;
  readonly mapFlags: Cell<number>;
  /** Not a page table: ATTACH has the bypass flag. */
  readonly bypass: Cell<boolean>;
  /** The driver's shadow, under mappings_lock: what is replayed to the device. */
  readonly mappings: Cell<Mappings>;
  readonly mappingsLock: Spinlock;
  /** Endpoints attached, under the instance's request_lock; -1 stands for ULONG_MAX. */
  readonly nrEndpoints: Cell<number>;
  /** Of versions that finalise a domain when it is first attached. */
  readonly mutex: Mutex;

  override readonly isStatic: boolean;

  constructor(
    birth: Birth,
    type: DomainType,
    iommu: IommuInstance | null,
    client: DomainClient,
    isStatic = false,
  ) {
    super(birth, type, iommu, client);
    this.isStatic = isStatic;
    this.viommu = this.cell<ViommuDev | null>('viommu', null);
    this.id = this.cell('id', 0);
    this.mapFlags = this.cell('map_flags', 0);
    this.bypass = this.cell('bypass', false);
    this.mappings = this.cell<Mappings>('mappings', noMappings);
    this.mappingsLock = new Spinlock(this, 'mappings_lock');
    this.nrEndpoints = this.cell('nr_endpoints', 0);
    this.mutex = new Mutex(this, 'mutex');
  }
}

/** struct viommu_endpoint: dev_iommu_priv of a device. */
export class ViommuEndpoint extends KernelObject {
  readonly device: Device;
  readonly viommu: ViommuDev;
  /** fwspec->ids. */
  readonly ids: readonly number[];

  constructor(birth: Birth, device: Device, viommu: ViommuDev) {
    super(birth);
    this.device = device;
    this.viommu = viommu;
    this.ids = idsOf(device);
  }

  get kind(): string {
    return 'viommu_endpoint';
  }

  /** vdev->vdomain: what the core sees of it. Protected by group->mutex. */
  get vdomain(): Cell<ViommuDomain | null> {
    return this.device.domain as Cell<ViommuDomain | null>;
  }

  /** RESV_MEM properties, in order of their starts. */
  get reserved(): readonly { readonly start: number; readonly last: number }[] {
    return reservedOf(this.device);
  }
}

/** Stream ids of a device: 16 numbers for each. */
export const idsOf = ({ index, spec }: Device): readonly number[] =>
  Array.from({ length: spec.ids ?? 1 }, (_, i) => 16 * index + i);

export const deviceOfId = (id: number): number => Math.floor(id / 16);

/** What the device says of an endpoint by RESV_MEM; direct and software regions are the core's. */
export function reservedOf({ spec }: Device): readonly { start: number; last: number }[] {
  return (spec.reserved ?? [])
    .filter((r) => r.kind === 'reserved' || r.kind === 'msi')
    .map((r) => ({ start: r.start, last: r.start + r.size - 1 }))
    .sort((a, b) => a.start - b.start);
}
