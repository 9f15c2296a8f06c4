// What the virtio-iommu part of the stack keeps in a world: the driver's instances and the devices
// behind them, as they are after boot.

import { type Birth, type Cell, KernelObject } from '../../runtime/index.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { Device, IommuInstance } from '../core/objects.ts';
import type { DomainType } from '../vocabulary/index.ts';
import type { IommuWorld } from '../world.ts';
import { type HwConfig, performed } from './device.ts';
import { identityGaps } from './identity.ts';
import { mappings } from './mappings.ts';
import {
  deviceOfId,
  reservedOf,
  ViommuDev,
  ViommuDomain,
  ViommuEndpoint,
  VirtioHw,
} from './objects.ts';

/** dev_iommu_priv of the devices. */
class ViommuPriv extends KernelObject {
  private readonly cells = new Map<number, Cell<ViommuEndpoint | null>>();

  constructor(birth: Birth, devices: readonly Device[]) {
    super(birth);
    for (const { index } of devices)
      this.cells.set(index, this.cell<ViommuEndpoint | null>(`dev${index}`, null));
  }

  get kind(): string {
    return 'dev_iommu_priv';
  }

  of(device: Device): Cell<ViommuEndpoint | null> {
    return this.cells.get(device.index) as Cell<ViommuEndpoint | null>;
  }
}

/** Range of domain ids that the ida may give (spec/virtio-domain.md §3 step 2). */
export function configuredIds({ spec }: ViommuDev): { first: number; last: number } {
  const last = spec.lastDomain ?? 0xffffffff;
  return { first: spec.firstDomain ?? 0, last: last > 0x7fffffff ? 0x7fffffff : last };
}

/** The id by which an instance knows a domain. */
export const idAt = (vdomain: ViommuDomain, viommu: ViommuDev): number =>
  vdomain.isStatic ? configuredIds(viommu).first : vdomain.id.stored;

/** Where its endpoints behind an instance are counted: what is static is shared by instances. */
export const counterOf = (vdomain: ViommuDomain, viommu: ViommuDev): Cell<number> =>
  vdomain.isStatic ? viommu.identityEndpoints : vdomain.nrEndpoints;

/** Whether an instance keeps an id for its identity domain: not the only one it has (BUG-9). */
export function reservesIdentity(viommu: ViommuDev): boolean {
  const { first, last } = configuredIds(viommu);
  return viommu.spec.bypassConfig === true && last > first;
}

export class VirtioState {
  readonly world: IommuWorld;
  readonly instances: readonly ViommuDev[];
  /** Domains that were there from the start. */
  readonly bootDomains: ViommuDomain[] = [];
  /** viommu_identity_domain: one for all instances, and of none (spec/virtio-domain.md §2, V2). */
  private readonly identityDomain: ViommuDomain | null;
  private readonly privates: ViommuPriv;

  constructor(world: IommuWorld) {
    this.world = world;
    const devices = world.devices.filter((d) => d.iommu.driver === 'virtio');
    this.privates = world.heap.boot(ViommuPriv, 'dev_iommu_priv', devices);
    this.instances = world.iommus
      .filter((iommu) => iommu.driver === 'virtio')
      .map((iommu) => this.bootInstance(iommu));
    this.identityDomain = this.bootIdentity();
    for (const device of devices) if (device.spec.unplugged !== true) this.bootEndpoint(device);
  }

  /** The driver's instance of an IOMMU. */
  viommu(iommu: IommuInstance): ViommuDev {
    return this.instances.find((viommu) => viommu.iommu === iommu) as ViommuDev;
  }

  /** The static identity domain, for instances that have kept an id for it. */
  identity(viommu: ViommuDev): ViommuDomain | null {
    return reservesIdentity(viommu) ? this.identityDomain : null;
  }

  /** dev_iommu_priv_get(dev): null where the device is not probed. */
  endpoint(device: Device): Cell<ViommuEndpoint | null> {
    return this.privates.of(device);
  }

  /** The default domain of a group behind a virtio-iommu, as after boot. */
  bootDomain(name: string, type: DomainType, device: Device): IommuDomain {
    const { iommu } = device;
    const viommu = this.viommu(iommu);
    const identity = this.identity(viommu);
    if (type === 'identity' && identity !== null) return identity;
    const domain = this.world.heap.boot(ViommuDomain, name, type, iommu, 'core');
    this.bootDomains.push(domain);
    this.bootFinalise(domain, viommu, this.nextId(viommu));
    if (type === 'identity')
      domain.mappings.stored = mappings(identityGaps(iommu, viommu.granule, reservedOf(device)));
    return domain;
  }

  /** A device attached at boot: what driver and device know of it. */
  bootAttach(device: Device, domain: IommuDomain): void {
    const vdomain = domain as ViommuDomain;
    const endpoint = this.endpoint(device).stored as ViommuEndpoint;
    const { viommu } = endpoint;
    const { hw } = viommu;
    const id = idAt(vdomain, viommu);
    const bypass = vdomain.bypass.stored;
    for (const ep of endpoint.ids)
      hw.state.stored = performed(hw.state.stored, {
        type: 'attach',
        domain: id,
        endpoint: ep,
        bypass,
      });
    const counter = counterOf(vdomain, viommu);
    if (counter.stored === 0)
      for (const m of vdomain.mappings.stored.all)
        hw.state.stored = performed(hw.state.stored, { type: 'map', domain: id, ...m });
    counter.stored++;
    endpoint.vdomain.stored = vdomain;
  }

  private bootInstance(iommu: IommuInstance): ViommuDev {
    const { heap } = this.world;
    const hw = heap.boot(VirtioHw, `virtio_iommu${iommu.index}`, this.configOf(iommu));
    const viommu = heap.boot(ViommuDev, `viommu${iommu.index}`, iommu, hw);
    if (reservesIdentity(viommu)) viommu.domainIds.stored = String(configuredIds(viommu).first);
    return viommu;
  }

  private bootIdentity(): ViommuDomain | null {
    const [first] = this.instances;
    if (first === undefined) return null;
    const { heap } = this.world;
    const name = 'viommu_identity_domain';
    const domain = heap.boot(ViommuDomain, name, 'identity', first.iommu, 'core', true);
    domain.bypass.stored = true;
    return domain;
  }

  private configOf(iommu: IommuInstance): HwConfig {
    const { virtio } = iommu.spec;
    const devices = this.world.devices;
    return {
      granule: 2 ** (virtio?.pageShift ?? this.world.geometry.pageShift),
      inputRange: iommu.aperture,
      bypass: virtio?.bypass === true,
      noSharing: virtio?.noSharing === true,
      deviceOf: deviceOfId,
      reservedOf: (ep) => reservedOf(devices[deviceOfId(ep)] as Device),
    };
  }

  private bootEndpoint(device: Device): void {
    const viommu = this.viommu(device.iommu);
    const name = `endpoint${device.index}`;
    this.endpoint(device).stored = this.world.heap.boot(ViommuEndpoint, name, device, viommu);
  }

  private bootFinalise(domain: ViommuDomain, viommu: ViommuDev, id: number): void {
    domain.viommu.stored = viommu;
    domain.id.stored = id;
    domain.mapFlags.stored = viommu.mapFlags;
  }

  private nextId(viommu: ViommuDev): number {
    const ids = idList(viommu.domainIds.stored);
    const id = lowestFree(ids, configuredIds(viommu)) ?? -1;
    viommu.domainIds.stored = idText([...ids, id]);
    return id;
  }
}

/** The ida's cell as numbers, and back. */
export const idList = (text: string): number[] => (text === '' ? [] : text.split(' ').map(Number));
export const idText = (ids: readonly number[]): string => ids.toSorted((a, b) => a - b).join(' ');

/** The lowest id of the range that is not in use; null: there is none. */
export function lowestFree(
  used: readonly number[],
  { first, last }: { first: number; last: number },
): number | null {
  let id = first;
  while (used.includes(id)) id++;
  return id > last ? null : id;
}
