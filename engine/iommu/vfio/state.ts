// What the vfio part of the stack keeps in a world.

import type { IommuWorld } from '../world.ts';

export class VfioState {
  readonly world: IommuWorld;

  constructor(world: IommuWorld) {
    this.world = world;
  }
}
