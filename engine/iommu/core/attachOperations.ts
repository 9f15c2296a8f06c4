// Operations of in-kernel clients that make domains and attach them; buses that bring and take
// devices; what clients and groups give back at the end.

import { EBUSY, EINVAL } from '../../errno.ts';
import type { Cell, Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { ExitOperation, Handlers } from '../operation.ts';
import type { IommuDomain } from './domain.ts';
import type { Device, IommuGroup } from './objects.ts';
import { syncPending } from './mapOperations.ts';
import { onDomain } from './operations.ts';

const device = (k: IommuKernel, i: number) => k.world.devices[i] as Device;
const group = (k: IommuKernel, i: number) => k.world.groups[i] as IommuGroup;

/** Whether a group or one of its PASIDs is attached to the domain. */
function* isAttached(g: IommuGroup, domain: IommuDomain): Steps<boolean> {
  yield g.mutex.lock;
  yield g.domain.read;
  let attached = g.domain.value === domain;
  for (const pasid of g.pasidsTouched()) {
    yield g.pasid(pasid).read;
    if (g.pasid(pasid).value === domain) attached = true;
  }
  yield g.mutex.unlock;
  return attached;
}

export const attachOperations: Handlers = {
  *domain_alloc(k, op) {
    const slot: Cell<IommuDomain | null> = k.world.slots.domain(op.domain);
    yield slot.readOnce;
    if (slot.value !== null) return { ret: EINVAL };
    const domain = yield* k.iommuDomainAlloc(device(k, op.device), op.type, 'kernel');
    if (typeof domain === 'number') return { ret: domain };
    yield slot.exchange;
    const taken = slot.value !== null;
    if (!taken) slot.value = domain;
    else yield* k.iommuDomainFree(domain);
    return { ret: taken ? EINVAL : 0 };
  },
  /** A client frees what it has detached, and knows whether it has: -EBUSY by the client itself. */
  *domain_free(k, op) {
    const slot = k.world.slots.domain(op.domain);
    yield slot.readOnce;
    const domain = slot.value;
    if (domain === null) return { ret: EINVAL };
    // A static domain is everybody's, and stays.
    if (!domain.isStatic) yield domain.contract.enter('free', 0, 0);
    for (const g of k.world.groups) {
      if (!(yield* isAttached(g, domain))) continue;
      if (!domain.isStatic) yield domain.contract.leave('free', 0, 0);
      return { ret: EBUSY };
    }
    yield slot.writeOnce;
    slot.value = null;
    yield* syncPending(k, domain);
    yield* k.iommuDomainFree(domain);
    return { ret: 0 };
  },
  *attach_group(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      return { ret: yield* k.iommuAttachGroup(d, group(k, op.group)) };
    });
  },
  *detach_group(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      yield* k.iommuDetachGroup(d, group(k, op.group));
      return { ret: 0 };
    });
  },
  *replace_domain(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      return { ret: yield* k.iommuGroupReplaceDomain(group(k, op.group), d) };
    });
  },
  *attach_device(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      return { ret: yield* k.iommuAttachDevice(d, device(k, op.device)) };
    });
  },
  *detach_device(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      return { ret: (yield* k.iommuDetachDevice(d, device(k, op.device))) ? 0 : EINVAL };
    });
  },
  *attach_pasid(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      return { ret: yield* k.iommuAttachDevicePasid(d, device(k, op.device), op.pasid) };
    });
  },
  *detach_pasid(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      const done = yield* k.iommuDetachDevicePasid(d, device(k, op.device), op.pasid);
      return { ret: done ? 0 : EINVAL };
    });
  },
  *set_group_type(k, op) {
    return { ret: yield* k.iommuGroupStoreType(group(k, op.group), op.type) };
  },
  /** device_add, and with `bus` an IOMMU driver that registers after the device was there. */
  *probe_device(k, op) {
    const dev = device(k, op.device);
    yield dev.presence.downRead;
    const ret = op.bus === true ? yield* k.busIommuProbe(dev) : yield* k.iommuProbeDevice(dev);
    yield dev.presence.upRead;
    return { ret };
  },
  /** device_del: its driver is unbound first. */
  *remove_device(k, op) {
    const dev = device(k, op.device);
    yield dev.presence.downWrite;
    yield dev.lock.lock;
    yield dev.kernelDriver.read;
    if (dev.kernelDriver.value) {
      yield dev.kernelDriver.writeOnce;
      dev.kernelDriver.value = false;
      yield* k.iommuDeviceUnuseDefaultDomain(dev);
    }
    const gone = yield* k.iommuReleaseDevice(dev);
    yield dev.lock.unlock;
    yield dev.presence.upWrite;
    return { ret: gone ? 0 : EBUSY };
  },
};

/** In-kernel clients detach and free what they have left. */
export const clientExit: ExitOperation = {
  label: 'exit clients',
  *run(k) {
    for (const slot of k.world.slots.touched()) {
      yield slot.readOnce;
      const domain = slot.value;
      if (domain === null) continue;
      for (const g of k.world.groups) yield* detachAll(k, g, domain);
      yield slot.writeOnce;
      slot.value = null;
      yield* syncPending(k, domain);
      yield* k.iommuDomainFree(domain);
    }
  },
};

function* detachAll(k: IommuKernel, g: IommuGroup, domain: IommuDomain): Steps {
  yield g.mutex.lock;
  for (const pasid of g.pasidsTouched()) {
    yield g.pasid(pasid).read;
    if (g.pasid(pasid).value !== domain) continue;
    for (const d of yield* k.groupDevices(g)) yield* k.opsRemoveDevPasid(domain, d, pasid);
    yield* k.pasidArrayErase(g, pasid);
  }
  yield g.domain.read;
  if (g.domain.value === domain) yield* k.iommuGroupSetCoreDomain(g);
  yield g.mutex.unlock;
}

/** Owners give up what they own; the core frees what it has allocated for groups. */
export const groupExit: ExitOperation = {
  label: 'exit groups',
  *run(k) {
    for (const claim of k.world.core.claims.all()) {
      yield claim.byGroup.readOnce;
      const byGroup = claim.byGroup.value;
      yield claim.byDevice.readOnce;
      if (byGroup + claim.byDevice.value === 0) continue;
      yield claim.byGroup.writeOnce;
      claim.byGroup.value = 0;
      yield claim.byDevice.writeOnce;
      claim.byDevice.value = 0;
      yield* k.iommuGroupReleaseDmaOwner(group(k, claim.group));
    }
    for (const g of k.world.groups) yield* freeCoreDomains(k, g);
    for (const d of k.world.devices) yield* freeDevIommu(k, d);
  },
};

function* freeDevIommu(k: IommuKernel, d: Device): Steps {
  yield d.param.readOnce;
  if (d.param.value?.boot === false) yield* k.devIommuFree(d);
}

/** The devices stop, so that domains which were not there at boot can go. */
function* freeCoreDomains(k: IommuKernel, g: IommuGroup): Steps {
  yield g.mutex.lock;
  for (const cell of [g.defaultDomain, g.blockingDomain]) {
    yield cell.read;
    const domain = cell.value;
    if (domain === null || domain.boot) continue;
    for (const d of yield* k.groupDevices(g)) {
      yield d.domain.readOnce;
      if (d.domain.value === domain) yield* k.opsReleaseDevice(d);
    }
    yield g.domain.read;
    if (g.domain.value === domain) {
      yield g.domain.write;
      g.domain.value = null;
    }
    yield cell.write;
    cell.value = null;
    yield* k.iommuDomainFree(domain);
  }
  yield g.mutex.unlock;
}
