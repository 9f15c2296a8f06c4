// The host that a program of the IOMMU stack runs on: everything that exists before the first
// operation. Each part of the stack keeps its own objects in a state class of its folder.

import { type Cell, KernelObject, step, type Watcher } from '../runtime/index.ts';
import { SystemWorld } from '../systemWorld.ts';
import type { U64 } from '../vfio/vocabulary.ts';
import { CookieState } from './cookie/state.ts';
import { bootDirectMappings } from './core/bootMap.ts';
import { IommuDomain } from './core/domain.ts';
import {
  Device,
  DevIommu,
  IommuGroup,
  IommuInstance,
  PhysPage,
  RequesterId,
} from './core/objects.ts';
import { PageTable } from './core/pageTable.ts';
import { CoreState } from './core/state.ts';
import { DirtyState } from './dirty/state.ts';
import { HardwareState } from './hw/state.ts';
import { IommufdState } from './iommufd/state.ts';
import { KvmState } from './kvm/state.ts';
import { Mm } from './mm.ts';
import { VfioState } from './vfio/state.ts';
import { VirtioState } from './virtio/state.ts';
import type {
  IommuFaultSite,
  IommuGeometry,
  IommuProgram,
  IommuTopology,
} from './vocabulary/index.ts';

/** The pointers that in-kernel clients keep to their domains. */
export class Slots extends KernelObject {
  private readonly domains = new Map<number, Cell<IommuDomain | null>>();

  get kind(): string {
    return 'client';
  }

  domain(slot: number): Cell<IommuDomain | null> {
    let cell = this.domains.get(slot);
    if (cell === undefined)
      this.domains.set(slot, (cell = this.cell<IommuDomain | null>(`domain${slot}`, null)));
    return cell;
  }

  /** All slots that were ever looked at. */
  touched(): Cell<IommuDomain | null>[] {
    return [...this.domains.values()];
  }
}

export class IommuWorld extends SystemWorld<IommuFaultSite> {
  readonly topology: IommuTopology;
  readonly geometry: IommuGeometry;
  readonly iommus: readonly IommuInstance[];
  readonly groups: readonly IommuGroup[];
  readonly devices: readonly Device[];
  readonly slots: Slots;
  readonly core: CoreState;
  /** By process. */
  readonly mms: readonly Mm[];
  readonly hw: HardwareState;
  readonly virtio: VirtioState;
  readonly vfio: VfioState;
  readonly cookies: CookieState;
  readonly iommufd: IommufdState;
  readonly kvm: KvmState;
  readonly dirty: DirtyState;
  private readonly pages = new Map<U64, PhysPage>();

  constructor(
    topology: IommuTopology,
    faults: IommuProgram['faults'],
    watchers: readonly Watcher<unknown>[],
  ) {
    super(faults, watchers);
    const { heap } = this;
    this.topology = topology;
    this.geometry = topology.geometry;
    this.slots = heap.boot(Slots, 'client');
    this.mms = topology.processes.map((spec, i) => heap.boot(Mm, `mm${i}`, i, spec));
    this.iommus = topology.iommus.map((spec, i) =>
      heap.boot(IommuInstance, `iommu${i}`, i, spec, topology.geometry),
    );
    this.groups = topology.groups.map((spec, i) => heap.boot(IommuGroup, `group${i}`, i, spec));
    this.devices = this.bootDevices();
    this.core = new CoreState(this);
    this.hw = new HardwareState(this);
    this.virtio = new VirtioState(this);
    this.vfio = new VfioState(this);
    this.cookies = new CookieState(this);
    this.iommufd = new IommufdState(this);
    this.kvm = new KvmState(this);
    this.dirty = new DirtyState(this);
    for (const group of this.groups) this.bootGroup(group);
  }

  /** The physical page at an address; it is there from the start. */
  page(pa: U64): PhysPage {
    const at = pa - (pa % 2 ** this.geometry.pageShift);
    let page = this.pages.get(at);
    if (page === undefined)
      this.pages.set(at, (page = this.heap.boot(PhysPage, `page 0x${at.toString(16)}`, at)));
    return page;
  }

  /** Every page that was ever looked at. */
  pagesTouched(): PhysPage[] {
    return [...this.pages.values()];
  }

  /** The name of the task whose step is being performed. */
  currentTask(): string {
    return step.allocator?.label ?? '';
  }

  private bootDevices(): Device[] {
    const rids: RequesterId[] = [];
    return this.topology.devices.map((spec, i) => {
      const own = spec.aliasOf === undefined ? undefined : rids[spec.aliasOf];
      const rid = own ?? this.heap.boot(RequesterId, `rid${i}`);
      rids.push(rid);
      const iommu = this.iommus[spec.iommu] as IommuInstance;
      return this.heap.boot(Device, `dev${i}`, i, spec, iommu, rid);
    });
  }

  /** As after boot: devices probed and attached to the group's default domain. */
  private bootGroup(group: IommuGroup): void {
    const { heap } = this;
    const devices = this.devices.filter(
      (d) => d.spec.group === group.index && d.spec.unplugged !== true,
    );
    const first = devices[0];
    if (first === undefined) return;
    const type = group.spec.defaultDomain ?? 'dma';
    const name = `default_domain${group.index}`;
    const domain =
      first.iommu.driver === 'virtio'
        ? this.virtio.bootDomain(name, type, first)
        : heap.boot(IommuDomain, name, type, first.iommu, 'core');
    if (type === 'dma' && first.iommu.driver !== 'virtio')
      domain.root.stored = heap.boot(PageTable, `${name} root`, this.geometry.levels - 1, 0);
    if (type === 'dma') this.cookies.bootCookie(domain, group, first);
    group.defaultDomain.stored = domain;
    group.domain.stored = domain;
    group.devices.stored = first;
    devices.forEach((device, i) => {
      device.next.stored = devices[i + 1] ?? null;
      device.group.stored = group;
      const param = heap.boot(DevIommu, `${device.name} iommu`);
      param.iommuDev.stored = device.iommu;
      device.param.stored = param;
      for (const pasid of device.spec.ownPasids ?? [])
        device.pasid(pasid).stored = heap.boot(
          IommuDomain,
          `${device.name} pasid${pasid}`,
          'sva',
          device.iommu,
          'kernel',
        );
      if (device.attachDeferred.stored) return;
      device.rid.domain.stored = domain;
      device.domain.stored = domain;
      if (type === 'dma' && device.iommu.driver !== 'virtio')
        bootDirectMappings(heap, this.geometry, domain, device);
      domain.attached.stored |= 1 << device.index;
      if (device.iommu.driver === 'virtio') this.virtio.bootAttach(device, domain);
    });
    const drivers = devices.filter((d) => d.kernelDriver.stored).length;
    group.ownerCnt.stored = drivers;
  }
}
