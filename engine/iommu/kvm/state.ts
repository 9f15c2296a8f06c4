// What the kvm part of the stack keeps in a world.

import type { IommuWorld } from '../world.ts';
import { Kvm } from './objects.ts';

export class KvmState {
  readonly machines: readonly Kvm[];

  constructor(world: IommuWorld) {
    const count = world.topology.kvms ?? 0;
    this.machines = Array.from({ length: count }, (_, i) => world.heap.boot(Kvm, `kvm${i}`, i));
  }
}
