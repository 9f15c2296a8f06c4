// What devices and the owners of pages do.

import { EINVAL } from '../../errno.ts';
import type { Outcome, Steps } from '../../runtime/index.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import type { Handlers } from '../operation.ts';
import type { HardwareOp } from '../vocabulary/index.ts';

type DmaOp = Extract<HardwareOp, { readonly iova: number }>;

/**
 * out.pa: what was reached. out.pinned: the domain is a user's, so that its pages must be pinned.
 * out.unsnooped: the transaction went past the CPU caches.
 */
function* dma(k: IommuKernel, op: DmaOp, write: boolean): Steps<Outcome> {
  const { noSnoop, pasid } = op;
  const request = {
    write,
    noSnoop: noSnoop === true,
    ...(pasid === undefined ? {} : { pasid }),
  };
  const done = yield* k.dmaAccess(k.world.devices[op.device] as Device, op.iova, request);
  if (done.ret !== 0) return { ret: done.ret };
  const client = done.domain?.client;
  const pinned = client === 'vfio' || client === 'iommufd' ? { pinned: 1 } : {};
  const unsnooped = done.unsnooped === true ? { unsnooped: 1 } : {};
  return { ret: 0, out: { pa: done.pa as number, ...pinned, ...unsnooped } };
}

export const hardwareOperations: Handlers = {
  *dma_read(k, op) {
    return yield* dma(k, op, false);
  },
  *dma_write(k, op) {
    return yield* dma(k, op, true);
  },
  *page_alloc(k, op) {
    return { ret: yield* k.allocPage(k.world.page(op.pa)) };
  },
  *page_free(k, op) {
    return { ret: yield* k.freePage(k.world.page(op.pa)) };
  },
  *page_pin(k, op) {
    const page = k.world.page(op.pa);
    const ret = yield* k.pinPage(page);
    if (ret !== 0) return { ret };
    yield page.held.exchange;
    page.held.value = page.held.value + 1;
    return { ret };
  },
  /** Clients give back what they have. */
  *page_unpin(k, op) {
    const page = k.world.page(op.pa);
    yield page.held.exchange;
    if (page.held.value === 0) return { ret: EINVAL };
    page.held.value = page.held.value - 1;
    yield* k.unpinPage(page);
    return { ret: 0 };
  },
};
