// Operations of in-kernel clients that map and unmap. What a client has unmapped and not yet synced it
// keeps with the domain, each task its own gather.

import type { Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { Handlers } from '../operation.ts';
import type { IommuDomain } from './domain.ts';
import type { Gather } from './gather.ts';
import { onDomain } from './operations.ts';
import { nothingPending, thawed } from './pending.ts';
import { withinScope } from './scope.ts';

/** IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE. */
const defaultProt = 7;

/** Lets a call go on with the task's gather, and keeps what the call leaves in it. */
function* withGather<R>(
  k: IommuKernel,
  domain: IommuDomain,
  call: (gather: Gather) => Steps<R>,
): Steps<R> {
  yield domain.pending.exchange;
  const task = k.world.currentTask();
  const gather = domain.pending.value.of(task);
  domain.pending.value = domain.pending.value.without(task);
  const result = yield* call(gather);
  yield domain.pending.exchange;
  domain.pending.value = domain.pending.value.with(task, gather);
  return result;
}

/** A client that frees a domain has first synced what it has unmapped. */
export function* syncPending(k: IommuKernel, domain: IommuDomain): Steps {
  yield domain.pending.exchange;
  const { kept } = domain.pending.value;
  if (kept.length === 0) return;
  domain.pending.value = nothingPending;
  for (const one of kept) yield* k.iommuIotlbSync(domain, thawed(one));
}

export const mapOperations: Handlers = {
  *iommu_map(k, { domain, iova, pa, size, prot }) {
    return yield* onDomain(k, domain, function* (d) {
      return { ret: yield* k.iommuMap(d, iova, pa, size, prot ?? defaultProt) };
    });
  },
  /** The bytes mapped, or an errno. */
  *iommu_map_sg(k, { domain, iova, segments, prot }) {
    return yield* onDomain(k, domain, function* (d) {
      return { ret: yield* k.iommuMapSg(d, iova, segments, prot ?? defaultProt) };
    });
  },
  *iommu_unmap(k, { domain, iova, size }) {
    return yield* onDomain(k, domain, function* (d) {
      return { ret: 0, out: { size: yield* k.iommuUnmap(d, iova, size) } };
    });
  },
  *iommu_unmap_fast(k, { domain, iova, size }) {
    return yield* onDomain(k, domain, function* (d) {
      const bytes = yield* withinScope(d, 'unmap', iova, size, () =>
        withGather(k, d, (g) => k.iommuUnmapFast(d, iova, size, g)),
      );
      return { ret: 0, out: { size: bytes } };
    });
  },
  *iotlb_sync(k, { domain }) {
    return yield* onDomain(k, domain, function* (d) {
      yield d.contract.enter('flush', 0, 2 ** 64);
      yield* withGather(k, d, (gather) => k.iommuIotlbSync(d, gather));
      yield d.contract.leave('flush', 0, 2 ** 64);
      return { ret: 0 };
    });
  },
  *flush_iotlb_all(k, { domain }) {
    return yield* onDomain(k, domain, function* (d) {
      yield d.contract.enter('flush', 0, 2 ** 64);
      yield* k.iommuFlushIotlbAll(d);
      yield d.contract.leave('flush', 0, 2 ** 64);
      return { ret: 0 };
    });
  },
  *iova_to_phys(k, { domain, iova }) {
    return yield* onDomain(k, domain, function* (d) {
      return { ret: 0, out: { pa: yield* k.iommuIovaToPhys(d, iova) } };
    });
  },
};
