// Endpoints of virtio-iommu come and go: probe, release, DETACH (spec/virtio-domain.md §6). The
// caller holds group->mutex.

import { ENOMEM, EOVERFLOW } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import { type ViommuDev, type ViommuDomain, ViommuEndpoint } from './objects.ts';

export class ViommuEndpointSteps {
  /** viommu_probe_device: the endpoint with its reserved regions (spec/virtio-domain.md §6). */
  *viommuProbeDevice(this: IommuKernel, device: Device): Steps<number> {
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    const { heap, virtio } = this.world;
    const wraps = (device.spec.reserved ?? []).some((r) => r.size === 0);
    const priv = virtio.endpoint(device);
    yield priv.writeOnce;
    if (wraps) return EOVERFLOW;
    priv.value = heap.create(ViommuEndpoint, device, virtio.viommu(device.iommu));
    return 0;
  }

  /** viommu_release_device: the device's domain is left before the endpoint goes. */
  *viommuReleaseDevice(this: IommuKernel, device: Device): Steps {
    const priv = this.world.virtio.endpoint(device);
    yield priv.readOnce;
    const vdev = priv.value;
    if (vdev === null) return;
    yield* this.viommuDetachOnRelease(vdev);
    yield priv.writeOnce;
    priv.value = null;
    yield vdev.free;
  }

  /** Since 6.1.39: the domain has one endpoint less, and the device too (BUG-10). */
  *viommuDetachOnRelease(this: IommuKernel, vdev: ViommuEndpoint): Steps {
    yield* this.viommuDetachDev(vdev);
  }

  /** What the core falls back on when no domain can be attached: the endpoint is nowhere. */
  *viommuBlockDev(this: IommuKernel, device: Device): Steps {
    const priv = this.world.virtio.endpoint(device);
    yield priv.readOnce;
    if (priv.value !== null) yield* this.viommuDetachDev(priv.value);
  }

  /** viommu_detach_dev. */
  *viommuDetachDev(this: IommuKernel, vdev: ViommuEndpoint): Steps {
    yield vdev.vdomain.read;
    if (vdev.vdomain.value === null) return;
    yield vdev.viommu.requestLock.lock;
    yield* this.viommuDetachLocked(vdev, 0, null);
    yield vdev.viommu.requestLock.unlock;
  }

  /** The endpoint leaves the device's domains: the first ids are in `moved` already. */
  *viommuDetachLocked(
    this: IommuKernel,
    vdev: ViommuEndpoint,
    ids: number,
    moved: ViommuDomain | null,
  ): Steps {
    yield vdev.vdomain.read;
    const old = vdev.vdomain.value;
    for (const [i, endpoint] of vdev.ids.entries()) {
      const vdomain = i < ids ? moved : old;
      if (vdomain === null) continue;
      const domain = yield* this.viommuDetachId(vdomain, vdev.viommu);
      // Only a WARN where it fails.
      yield* this.viommuRequest(vdev.viommu, { type: 'detach', domain, endpoint });
    }
    if (old !== null) yield* this.viommuCountDown(old, vdev.viommu);
    yield* this.viommuSetVdomain(vdev, null);
  }

  /** The id for DETACH: the one for ATTACH. */
  *viommuDetachId(this: IommuKernel, vdomain: ViommuDomain, viommu: ViommuDev): Steps<number> {
    return yield* this.viommuIdAt(vdomain, viommu);
  }
}
