// The operations of in-kernel clients: arguments to objects, slots, results.

import { EINVAL } from '../../errno.ts';
import type { Outcome, Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { Handlers } from '../operation.ts';
import type { IommuDomain } from './domain.ts';

/** IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE. */
const defaultProt = 7;

/** The domain in a client's slot; a client without one does not call. */
export function* slotDomain(kernel: IommuKernel, slot: number): Steps<IommuDomain | null> {
  const cell = kernel.world.slots.domain(slot);
  yield cell.readOnce;
  return cell.value;
}

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
