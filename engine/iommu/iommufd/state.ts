// What the iommufd part of the stack keeps in a world.

import type { IommuWorld } from '../world.ts';

export class IommufdState {
  readonly world: IommuWorld;

  constructor(world: IommuWorld) {
    this.world = world;
  }
}
