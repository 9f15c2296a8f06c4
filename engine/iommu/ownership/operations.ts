// Operations of DMA ownership and coherency: in-kernel owners, and buses that bind drivers. Clients
// remember what they have claimed, and give back no more than that.

import { EINVAL } from '../../errno.ts';
import type { Cell, Outcome, Steps } from '../../runtime/index.ts';
import type { Device, IommuGroup } from '../core/objects.ts';
import { onDomain } from '../core/operations.ts';
import type { IommuKernel } from '../kernel.ts';
import type { Handlers } from '../operation.ts';

const device = (k: IommuKernel, i: number) => k.world.devices[i] as Device;
const group = (k: IommuKernel, i: number) => k.world.groups[i] as IommuGroup;

/** What an owner does, one thing after the other. */
function* asOwner(k: IommuKernel, owner: number, act: () => Steps<number>): Steps<Outcome> {
  const lock = k.world.core.claims.lock(owner);
  yield lock.lock;
  const ret = yield* act();
  yield lock.unlock;
  return { ret };
}

/** Notes a claim that succeeded. */
function* noted(ret: number, count: Cell<number>): Steps<number> {
  if (ret !== 0) return ret;
  yield count.exchange;
  count.value++;
  return 0;
}

/** Takes one claim off the client's count; false if it has none. */
function* given(count: Cell<number>): Steps<boolean> {
  yield count.exchange;
  if (count.value === 0) return false;
  count.value--;
  return true;
}

export const ownershipOperations: Handlers = {
  *claim_group(k, op) {
    return yield* asOwner(k, op.owner, function* () {
      const ret = yield* k.iommuGroupClaimDmaOwner(group(k, op.group), op.owner);
      return yield* noted(ret, k.world.core.claims.of(op.owner, op.group).byGroup);
    });
  },
  *release_group(k, op) {
    return yield* asOwner(k, op.owner, function* () {
      const claim = k.world.core.claims.of(op.owner, op.group);
      // Who has claimed devices as well releases those first.
      yield claim.byDevice.readOnce;
      if (claim.byDevice.value !== 0 || !(yield* given(claim.byGroup))) return EINVAL;
      yield* k.iommuGroupReleaseDmaOwner(group(k, op.group));
      return 0;
    });
  },
  *claim_device(k, op) {
    const dev = device(k, op.device);
    return yield* asOwner(k, op.owner, function* () {
      const ret = yield* k.iommuDeviceClaimDmaOwner(dev, op.owner);
      return yield* noted(ret, k.world.core.claims.of(op.owner, dev.spec.group).byDevice);
    });
  },
  *release_device(k, op) {
    const dev = device(k, op.device);
    return yield* asOwner(k, op.owner, function* () {
      const claim = k.world.core.claims.of(op.owner, dev.spec.group);
      if (!(yield* given(claim.byDevice))) return EINVAL;
      if (yield* k.iommuDeviceReleaseDmaOwner(dev)) return 0;
      // The device is gone: the claim is still there.
      yield* noted(0, claim.byDevice);
      return EINVAL;
    });
  },
  /** really_probe under device_lock: one driver a device. */
  *use_default_domain(k, op) {
    const dev = device(k, op.device);
    yield dev.lock.lock;
    yield dev.kernelDriver.read;
    const bound = dev.kernelDriver.value;
    // A driver that is bound before there is an IOMMU does not count.
    const counts = !bound && (yield* k.iommuGroupOf(dev)) !== null;
    const ret = counts ? yield* k.iommuDeviceUseDefaultDomain(dev) : bound ? EINVAL : 0;
    if (ret === 0 && counts) {
      yield dev.kernelDriver.writeOnce;
      dev.kernelDriver.value = true;
    }
    yield dev.lock.unlock;
    return { ret };
  },
  *unuse_default_domain(k, op) {
    const dev = device(k, op.device);
    yield dev.lock.lock;
    yield dev.kernelDriver.read;
    const bound = dev.kernelDriver.value;
    if (bound) {
      yield dev.kernelDriver.writeOnce;
      dev.kernelDriver.value = false;
      yield* k.iommuDeviceUnuseDefaultDomain(dev);
    }
    yield dev.lock.unlock;
    return { ret: bound ? 0 : EINVAL };
  },
  *enforce_cache_coherency(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      const enforced = yield* k.iommuEnforceCacheCoherency(d);
      return { ret: 0, out: { enforced: enforced ? 1 : 0 } };
    });
  },
};
