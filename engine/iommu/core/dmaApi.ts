// The DMA API on the IOMMU: dma_map_page and dma_unmap_page of drivers/iommu/dma-iommu.c, spec/iommu-core.md
// §4. IOVAs and the flush queue are the cookie's (engine/iommu/cookie).

import { EINVAL, ENOMEM } from '../../errno.ts';
import type { Outcome, Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuKernel } from '../kernel.ts';
import type { ExitOperation, Handlers } from '../operation.ts';
import { type IommuDomain, isPaging } from './domain.ts';
import { type Gather, newGather } from './gather.ts';
import { prot } from './leaf.ts';
import type { Device, IommuGroup } from './objects.ts';

/** DMA_BIDIRECTIONAL of a coherent device. */
const bidirectional = prot.read | prot.write | prot.cache;

/** What dma_map_page answers: an address of the device, or DMA_MAPPING_ERROR as an errno. */
export interface DmaMapped {
  readonly ret: number;
  readonly iova: U64;
}

const failed = (ret: number): DmaMapped => ({ ret, iova: 0 });

export class DmaApiSteps {
  /** __iommu_dma_map: an IOVA, then the mapping; without the mapping, no IOVA. */
  *iommuDmaMap(
    this: IommuKernel,
    domain: IommuDomain,
    device: Device,
    pa: U64,
    size: U64,
  ): Steps<DmaMapped> {
    const deferred = yield* this.iommuDeferredAttach(domain, device);
    if (deferred !== 0) return failed(deferred);
    const granule = 2 ** this.world.geometry.pageShift;
    const offset = pa % granule;
    const bytes = Math.ceil((size + offset) / granule) * granule;
    const iova = yield* this.iommuDmaAllocIova(domain, bytes);
    if (iova === 0) return failed(ENOMEM);
    const ret = yield* this.iommuDmaMapIova(domain, iova, pa - offset, bytes);
    return ret === 0 ? { ret, iova: iova + offset } : failed(ret);
  }

  /** Maps what was allocated, or gives it back. */
  *iommuDmaMapIova(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    pa: U64,
    bytes: number,
  ): Steps<number> {
    const ret = yield* this.iommuMap(domain, iova, pa, bytes, bidirectional);
    if (ret !== 0) yield* this.iommuDmaFreeIova(domain, iova, bytes, false);
    return ret;
  }

  /** __iommu_dma_unmap: bytes that went. */
  *iommuDmaUnmap(this: IommuKernel, domain: IommuDomain, iova: U64, size: U64): Steps<number> {
    const granule = 2 ** this.world.geometry.pageShift;
    const start = iova - (iova % granule);
    const bytes = Math.ceil((size + iova - start) / granule) * granule;
    const cookie = yield* this.iovaCookieOf(domain);
    yield cookie.queued.readOnce;
    const gather = newGather(cookie.queued.value);
    yield domain.contract.enter('unmap', start, start + bytes - 1);
    const unmapped = yield* this.iommuUnmapFast(domain, start, bytes, gather);
    if (!gather.queued) yield* this.iommuDmaSync(domain, gather);
    yield domain.contract.leave('unmap', start, start + bytes - 1);
    yield* this.iommuDmaFreeIova(domain, start, bytes, gather.queued, gather.freelist);
    return unmapped;
  }

  /** Strict: before the IOVA is free. With a flush queue, both wait until the queue is flushed. */
  *iommuDmaSync(this: IommuKernel, domain: IommuDomain, gather: Gather): Steps {
    yield* this.iommuIotlbSync(domain, gather);
  }

  /** fq_flush_timeout, where frees wait in a queue. */
  *fqTimer(this: IommuKernel, domain: IommuDomain): Steps {
    const cookie = yield* this.iovaCookieOf(domain);
    yield cookie.queued.readOnce;
    if (cookie.queued.value) yield* this.fqFlushTimeout(domain);
  }
}

/** iommu_get_dma_domain: the default domain, if the DMA API uses it. */
function* dmaDomain(group: IommuGroup): Steps<IommuDomain | null> {
  yield group.defaultDomain.read;
  const domain = group.defaultDomain.value;
  return domain?.type === 'dma' || domain?.type === 'dmaFq' ? domain : null;
}

/** A driver's call: it is bound, and not unbound before it returns. -EINVAL by itself without one. */
function* asDriver(
  k: IommuKernel,
  index: number,
  call: (device: Device, domain: IommuDomain | null) => Steps<Outcome>,
): Steps<Outcome> {
  const device = k.world.devices[index] as Device;
  yield device.lock.lock;
  yield device.kernelDriver.read;
  const bound = device.kernelDriver.value;
  yield device.group.readOnce;
  const group = device.group.value;
  let result: Outcome = { ret: EINVAL };
  if (bound && group !== null) result = yield* call(device, yield* dmaDomain(group));
  yield device.lock.unlock;
  return result;
}

/** Calls of drivers: for devices without DMA translation the engine has nothing to do. */
export const dmaApiOperations: Handlers = {
  *dma_map(k, op) {
    return yield* asDriver(k, op.device, function* (device, domain) {
      if (domain === null) return { ret: 0, out: { iova: op.pa } };
      const { ret, iova } = yield* k.iommuDmaMap(domain, device, op.pa, op.size);
      return ret === 0 ? { ret, out: { iova } } : { ret };
    });
  },
  /** A driver unmaps what it has mapped: WARN and nothing else where there is nothing. */
  *dma_unmap(k, op) {
    return yield* asDriver(k, op.device, function* (_, domain) {
      if (domain === null) return { ret: 0 };
      const pa = yield* k.iommuIovaToPhys(domain, op.iova);
      if (pa === 0) return { ret: EINVAL };
      yield* k.iommuDmaUnmap(domain, op.iova, op.size);
      return { ret: 0 };
    });
  },
  /** The timer of a flush queue, where there is one; it is deleted before its domain goes. */
  *fq_timeout(k, op) {
    const group = k.world.groups[op.group] as IommuGroup;
    yield group.mutex.lock;
    const domain = yield* dmaDomain(group);
    if (domain !== null) yield* k.fqTimer(domain);
    yield group.mutex.unlock;
    return { ret: 0 };
  },
};

/** Page tables of the domains that were there from the start: what drivers have not unmapped. */
export const dmaApiExit: ExitOperation = {
  label: 'exit DMA API',
  *run(k) {
    for (const { defaultDomain } of k.world.groups) {
      yield defaultDomain.readOnce;
      const domain = defaultDomain.value;
      if (domain === null || domain.iommu?.driver === 'virtio' || !isPaging(domain.type)) continue;
      yield* k.opsFlushIotlbAll(domain);
      yield* k.iommuDmaFreeFq(domain, yield* k.iovaCookieOf(domain));
      yield domain.root.exchange;
      const root = domain.root.value;
      domain.root.value = null;
      if (root !== null) yield* k.radixFreeTable(root);
    }
  },
};
