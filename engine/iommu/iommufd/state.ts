// What the iommufd part of the stack keeps in a world: one open /dev/iommu, the cdevs of devices.

import { KernelObject, type Birth, type Cell } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { Device } from '../core/objects.ts';
import type { IommuWorld } from '../world.ts';
import { Ictx, VfioCdev } from './objects.ts';

/** What the context passes to iommu_device_claim_dma_owner: a number that no other owner has. */
export const ictxOwner = 1000;

/** The n-th doorbell that a context knows: ictx->sw_msi_list. */
export class SwMsiMaps extends KernelObject {
  /** Doorbell addresses in order of their ids, as text: equal lists are equal values. */
  readonly list: Cell<string>;

  constructor(birth: Birth) {
    super(birth);
    this.list = this.cell('sw_msi_list', '');
  }

  get kind(): string {
    return 'sw_msi_list';
  }
}

/** Doorbells of a list that SwMsiMaps keeps. */
export const doorbells = (list: string): { start: U64; address: U64 }[] =>
  list
    .split(' ')
    .filter((text) => text !== '')
    .map((text) => {
      const [start = '0', address = '0'] = text.split(':');
      return { start: Number(start), address: Number(address) };
    });

export class IommufdState {
  readonly ictx: Ictx;
  readonly swMsi: SwMsiMaps;
  private readonly world: IommuWorld;
  private readonly cdevs = new Map<Device, VfioCdev>();

  constructor(world: IommuWorld) {
    this.world = world;
    this.ictx = world.heap.boot(Ictx, 'ictx');
    this.swMsi = world.heap.boot(SwMsiMaps, 'ictx sw_msi');
  }

  /** How many requests of a device wait for an answer. */
  requests(device: Device): Cell<number> {
    return this.cdev(device).requests;
  }

  cdev(device: Device): VfioCdev {
    let cdev = this.cdevs.get(device);
    if (cdev === undefined)
      this.cdevs.set(device, (cdev = this.world.heap.boot(VfioCdev, `${device.name} cdev`)));
    return cdev;
  }
}
