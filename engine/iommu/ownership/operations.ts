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

/** Notes a claim that succeeded. */
function* noted(ret: number, count: Cell<number>): Steps<Outcome> {
  if (ret === 0) {
    yield count.exchange;
    count.value++;
  }
  return { ret };
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
    const ret = yield* k.iommuGroupClaimDmaOwner(group(k, op.group), op.owner);
    return yield* noted(ret, k.world.core.claims.of(op.owner, op.group).byGroup);
  },
  *release_group(k, op) {
    const claim = k.world.core.claims.of(op.owner, op.group);
    // Who has claimed devices as well releases those first.
    yield claim.byDevice.readOnce;
    if (claim.byDevice.value !== 0 || !(yield* given(claim.byGroup))) return { ret: EINVAL };
    yield* k.iommuGroupReleaseDmaOwner(group(k, op.group));
    return { ret: 0 };
  },
  *claim_device(k, op) {
    const dev = device(k, op.device);
    const ret = yield* k.iommuDeviceClaimDmaOwner(dev, op.owner);
    return yield* noted(ret, k.world.core.claims.of(op.owner, dev.spec.group).byDevice);
  },
  *release_device(k, op) {
    const dev = device(k, op.device);
    if (!(yield* given(k.world.core.claims.of(op.owner, dev.spec.group).byDevice)))
      return { ret: EINVAL };
    yield* k.iommuDeviceReleaseDmaOwner(dev);
    return { ret: 0 };
  },
  /** really_probe under device_lock: one driver a device. */
  *use_default_domain(k, op) {
    const dev = device(k, op.device);
    yield dev.lock.lock;
    yield dev.kernelDriver.read;
    const bound = dev.kernelDriver.value;
    const behind = (yield* k.iommuGroupOf(dev)) !== null;
    const ret = bound ? EINVAL : yield* k.iommuDeviceUseDefaultDomain(dev);
    // A driver that was bound before there was an IOMMU does not count.
    if (ret === 0 && behind) {
      yield dev.kernelDriver.write;
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
      yield dev.kernelDriver.write;
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
