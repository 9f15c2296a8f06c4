// Linux 6.16 has one static identity domain for all instances; each knows it by an id of its own.

import { configuredIds } from '../../../iommu/virtio/state.ts';
import { divergence } from '../iommu.ts';

export const globalIdentity = divergence({
  id: 'VIO-D-GLOBAL-IDENTITY',
  title: 'the static identity domain is of no instance, and can be attached behind any',
  source: 'spec/virtio-domain.md §2, §4, V2',
  trigger: 'attach the identity domain of one instance to a device of another',
  steps: {
    viommuStaticIdentity(device) {
      const { virtio } = this.world;
      return virtio.identity(device.iommu) === null ? null : virtio.globalIdentity;
    },
    *viommuCheckInstance(vdomain, vdev) {
      if (vdomain.isStatic) return 0;
      yield vdomain.viommu.read;
      return vdomain.viommu.value === vdev.viommu ? 0 : this.viommuForeignErrno();
    },
    *viommuIdAt(vdomain, viommu) {
      yield vdomain.id.read;
      return vdomain.isStatic ? configuredIds(viommu).first : vdomain.id.value;
    },
  },
});
