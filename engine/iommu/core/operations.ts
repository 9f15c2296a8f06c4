// The operations of in-kernel clients: arguments to objects, slots, results.

import { EINVAL } from '../../errno.ts';
import type { Cell, Outcome, Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { ExitOperation, Handlers } from '../operation.ts';
import type { IommuDomain } from './domain.ts';
import type { Device, IommuGroup } from './objects.ts';

/** IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE. */
const defaultProt = 7;

/** The domain in a client's slot; a client without one does not call. */
export function* slotDomain(kernel: IommuKernel, slot: number): Steps<IommuDomain | null> {
  const cell = kernel.world.slots.domain(slot);
  yield cell.readOnce;
  return cell.value;
}

const device = (k: IommuKernel, i: number) => k.world.devices[i] as Device;
const group = (k: IommuKernel, i: number) => k.world.groups[i] as IommuGroup;

/** A call on the domain in a slot: -EINVAL by the client itself where there is none. */
export function* onDomain(
  k: IommuKernel,
  slot: number,
  call: (domain: IommuDomain) => Steps<Outcome>,
): Steps<Outcome> {
  const domain = yield* slotDomain(k, slot);
  return domain === null ? { ret: EINVAL } : yield* call(domain);
}

export const coreOperations: Handlers = {
  *domain_alloc(k, op) {
    const slot: Cell<IommuDomain | null> = k.world.slots.domain(op.domain);
    yield slot.readOnce;
    if (slot.value !== null) return { ret: EINVAL };
    const domain = yield* k.iommuDomainAlloc(device(k, op.device), op.type, 'kernel');
    if (typeof domain === 'number') return { ret: domain };
    yield slot.writeOnce;
    slot.value = domain;
    return { ret: 0 };
  },
  *domain_free(k, op) {
    const slot = k.world.slots.domain(op.domain);
    yield slot.exchange;
    const domain = slot.value;
    if (domain === null) return { ret: EINVAL };
    slot.value = null;
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
  *iommu_map(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      const p = op.prot ?? defaultProt;
      return { ret: yield* k.iommuMap(d, op.iova, op.pa, op.size, p) };
    });
  },
  *iommu_unmap(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      const size = yield* k.iommuUnmap(d, op.iova, op.size);
      return { ret: 0, out: { size } };
    });
  },
  *iova_to_phys(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      return { ret: 0, out: { pa: yield* k.iommuIovaToPhys(d, op.iova) } };
    });
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
      for (const g of k.world.groups) {
        yield g.mutex.lock;
        yield g.domain.read;
        const uses = g.domain.value === domain;
        if (uses) yield* k.iommuGroupSetCoreDomain(g);
        yield g.mutex.unlock;
      }
      yield slot.writeOnce;
      slot.value = null;
      yield* k.iommuDomainFree(domain);
    }
  },
};
