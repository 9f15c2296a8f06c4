// What is left of virtio-iommu when the programs are over: devices that operations have plugged in.

import type { ExitOperation } from '../operation.ts';

export const virtioExit: ExitOperation = {
  label: 'exit virtio endpoints',
  *run(k) {
    for (const device of k.world.devices) {
      if (device.iommu.driver !== 'virtio') continue;
      const priv = k.world.virtio.endpoint(device);
      yield priv.readOnce;
      const vdev = priv.value;
      if (vdev !== null && !vdev.boot) yield* k.iommuReleaseDevice(device);
    }
  },
};
