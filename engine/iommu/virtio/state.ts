// What the virtio-iommu part of the stack keeps in a world: the driver's instances and the devices
// behind them.

import { IommuDomain } from '../core/domain.ts';
import type { Device } from '../core/objects.ts';
import type { DomainType } from '../vocabulary/index.ts';
import type { IommuWorld } from '../world.ts';

export class VirtioState {
  readonly world: IommuWorld;

  constructor(world: IommuWorld) {
    this.world = world;
  }

  /** The default domain of a group behind a virtio-iommu, as after boot. */
  bootDomain(name: string, type: DomainType, device: Device): IommuDomain {
    return this.world.heap.boot(IommuDomain, name, type, device.iommu, 'core');
  }

  /** A device attached at boot: what driver and device know of it. */
  bootAttach(_device: Device, _domain: IommuDomain): void {}
}
