// What the vfio part of the stack keeps in a world: a VFIO group for each IOMMU group, a VFIO
// device for each device (registered or not), and the containers that are open from the start.

import { Mm } from '../mm.ts';
import type { ProcessSpec } from '../vocabulary/index.ts';
import type { IommuWorld } from '../world.ts';
import { ContainerFd, VfioContainer, VfioDevice, VfioGroup, VfioProcess } from './objects.ts';

export class VfioState {
  readonly groups: readonly VfioGroup[];
  readonly devices: readonly VfioDevice[];
  readonly containers: readonly VfioContainer[];
  readonly processes: readonly VfioProcess[];

  constructor(world: IommuWorld) {
    const { heap, topology } = world;
    this.groups = world.groups.map((group, i) => {
      const emulated = topology.devices.some((d) => d.group === i && d.emulated === true);
      return heap.boot(VfioGroup, `vfio_group${i}`, i, group, emulated);
    });
    this.devices = world.devices.map((device, i) => {
      const group = this.groups[device.spec.group] as VfioGroup;
      return heap.boot(VfioDevice, `vfio_device${i}`, device, group);
    });
    this.processes = world.mms.map((mm, i) => {
      const spec = topology.processes[i] as ProcessSpec;
      const next = heap.boot(Mm, `mm${i} after exec`, i, spec);
      return heap.boot(VfioProcess, `process${i}`, mm, next);
    });
    this.containers = (topology.containers ?? []).map((_, i) =>
      heap.boot(VfioContainer, `container${i}`, i, heap.boot(ContainerFd, `fd of container${i}`)),
    );
  }
}
