// Endpoints of virtio-iommu change domains: spec/virtio-domain.md §4. The caller holds
// group->mutex. Requests and counts change together under request_lock, so that who maps meanwhile
// knows whether the device has the domain.

import { EINVAL, ENODEV } from '../../errno.ts';
import type { Cell, Steps } from '../../runtime/index.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import { type ViommuDev, ViommuDomain, type ViommuEndpoint } from './objects.ts';
import { configuredIds, counterOf } from './state.ts';

/** How far ATTACH of an endpoint's ids came. */
interface Attached {
  readonly ret: number;
  readonly ids: number;
}

export class ViommuAttachSteps {
  *viommuAttachDev(this: IommuKernel, domain: IommuDomain, device: Device): Steps<number> {
    if (!(domain instanceof ViommuDomain)) return EINVAL;
    const priv = this.world.virtio.endpoint(device);
    yield priv.readOnce;
    const vdev = priv.value;
    if (vdev === null) return ENODEV;
    const ret = yield* this.viommuCheckInstance(domain, vdev);
    if (ret !== 0) return ret;
    if (yield* this.viommuIsAttached(domain, vdev)) return 0;
    return yield* this.viommuMove(domain, vdev);
  }

  /** A domain belongs to one instance for ever; the static one to all that have an id for it. */
  *viommuCheckInstance(
    this: IommuKernel,
    vdomain: ViommuDomain,
    vdev: ViommuEndpoint,
  ): Steps<number> {
    yield vdomain.viommu.read;
    const right = vdomain.isStatic
      ? this.world.virtio.identity(vdev.viommu) === vdomain
      : vdomain.viommu.value === vdev.viommu;
    return right ? 0 : this.viommuForeignErrno();
  }

  /** spec/virtio-domain.md §4 step 2. */
  viommuForeignErrno(): number {
    return EINVAL;
  }

  /** Nothing to do: what the device has of the domain is right (BUG-8). */
  *viommuIsAttached(
    this: IommuKernel,
    vdomain: ViommuDomain,
    vdev: ViommuEndpoint,
  ): Steps<boolean> {
    yield vdev.vdomain.read;
    return vdev.vdomain.value === vdomain;
  }

  *viommuMove(this: IommuKernel, vdomain: ViommuDomain, vdev: ViommuEndpoint): Steps<number> {
    yield vdomain.mappingsLock.lock;
    yield vdev.viommu.requestLock.lock;
    const ret = yield* this.viommuMoveLocked(vdomain, vdev);
    yield vdev.viommu.requestLock.unlock;
    yield vdomain.mappingsLock.unlock;
    return ret;
  }

  /** All ids, then the mappings, then the counts: on an error the endpoint stays, or is nowhere. */
  *viommuMoveLocked(this: IommuKernel, vdomain: ViommuDomain, vdev: ViommuEndpoint): Steps<number> {
    let ret = yield* this.viommuCheckReserved(vdomain, vdev);
    if (ret !== 0) return ret;
    const attached = yield* this.viommuAttachIds(vdomain, vdev);
    ret = attached.ret;
    if (ret === 0) ret = yield* this.viommuReplayIfFirst(vdomain, vdev);
    if (ret !== 0) {
      if (attached.ids > 0) yield* this.viommuUndoMove(vdev, attached.ids, vdomain);
      return ret;
    }
    yield vdev.vdomain.read;
    const old = vdev.vdomain.value;
    if (old !== null) yield* this.viommuCountDown(old, vdev.viommu);
    yield* this.viommuCountUp(vdomain, vdev.viommu);
    yield* this.viommuSetVdomain(vdev, vdomain);
    return 0;
  }

  /** What has moved cannot stay: the core attaches the old domain anew. */
  *viommuUndoMove(
    this: IommuKernel,
    vdev: ViommuEndpoint,
    ids: number,
    moved: ViommuDomain,
  ): Steps {
    yield* this.viommuDetachLocked(vdev, ids, moved);
  }

  /** Reserved regions of every endpoint stay free (spec/virtio-domain.md §9.15). */
  *viommuCheckReserved(
    this: IommuKernel,
    vdomain: ViommuDomain,
    vdev: ViommuEndpoint,
  ): Steps<number> {
    const { reserved } = vdev;
    if (reserved.length === 0) return 0;
    yield vdomain.mappings.read;
    const { value } = vdomain.mappings;
    return reserved.some((r) => value.overlapping(r.start, r.last).length > 0) ? EINVAL : 0;
  }

  /** ATTACH of each id, up to the first that fails. */
  *viommuAttachIds(
    this: IommuKernel,
    vdomain: ViommuDomain,
    vdev: ViommuEndpoint,
  ): Steps<Attached> {
    const domain = yield* this.viommuIdAt(vdomain, vdev.viommu);
    yield vdomain.bypass.read;
    const bypass = vdomain.bypass.value;
    for (const [ids, endpoint] of vdev.ids.entries()) {
      const request = { type: 'attach', domain, endpoint, bypass } as const;
      const ret = yield* this.viommuRequest(vdev.viommu, request);
      if (ret !== 0) return { ret, ids };
    }
    return { ret: 0, ids: vdev.ids.length };
  }

  /** The device begins with an empty domain: what was mapped without it is sent now. */
  *viommuReplayIfFirst(
    this: IommuKernel,
    vdomain: ViommuDomain,
    vdev: ViommuEndpoint,
  ): Steps<number> {
    const counter = this.viommuCounter(vdomain, vdev.viommu);
    yield counter.read;
    if (counter.value !== 0) return 0;
    return yield* this.viommuReplayMappings(vdomain, vdev.viommu);
  }

  /** viommu_replay_mappings, under mappings_lock. */
  *viommuReplayMappings(
    this: IommuKernel,
    vdomain: ViommuDomain,
    viommu: ViommuDev,
  ): Steps<number> {
    const domain = yield* this.viommuIdAt(vdomain, viommu);
    yield vdomain.mappings.read;
    for (const mapping of vdomain.mappings.value.all) {
      const ret = yield* this.viommuRequest(viommu, { type: 'map', domain, ...mapping });
      if (ret !== 0) return ret;
    }
    return 0;
  }

  /** The id by which an instance knows a domain. */
  *viommuIdAt(this: IommuKernel, vdomain: ViommuDomain, viommu: ViommuDev): Steps<number> {
    yield vdomain.id.read;
    return vdomain.isStatic ? configuredIds(viommu).first : vdomain.id.value;
  }

  /** Where its endpoints behind an instance are counted. */
  viommuCounter(vdomain: ViommuDomain, viommu: ViommuDev): Cell<number> {
    return counterOf(vdomain, viommu);
  }

  /** One endpoint less; with the last one the device forgets the domain. */
  *viommuCountDown(this: IommuKernel, vdomain: ViommuDomain, viommu: ViommuDev): Steps {
    const counter = this.viommuCounter(vdomain, viommu);
    yield counter.read;
    const count = counter.value - 1;
    yield counter.write;
    counter.value = count;
    if (count === 0) yield* this.viommuForgetFailures(vdomain, viommu);
  }

  /** What could not be mapped is mapped by a replay, or never was. */
  *viommuForgetFailures(this: IommuKernel, vdomain: ViommuDomain, viommu: ViommuDev): Steps {
    yield viommu.failed.read;
    const old = viommu.failed.value;
    if (old.all.length === 0) return;
    const id = yield* this.viommuIdAt(vdomain, viommu);
    yield viommu.failed.write;
    viommu.failed.value = old.without(id, 0, Number.MAX_SAFE_INTEGER);
  }

  *viommuCountUp(this: IommuKernel, vdomain: ViommuDomain, viommu: ViommuDev): Steps {
    const counter = this.viommuCounter(vdomain, viommu);
    yield counter.read;
    const count = counter.value;
    yield counter.write;
    counter.value = count + 1;
  }

  /** What driver and core take the endpoint to be attached to. */
  *viommuSetVdomain(this: IommuKernel, vdev: ViommuEndpoint, vdomain: ViommuDomain | null): Steps {
    yield vdev.vdomain.write;
    vdev.vdomain.value = vdomain;
    yield vdev.device.rid.domain.writeOnce;
    vdev.device.rid.domain.value = vdomain;
  }
}
