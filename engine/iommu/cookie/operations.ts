// The operations on domain cookies: arguments to objects, slots, results.

import { EINVAL, ENODEV } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { Device } from '../core/objects.ts';
import { onDomain } from '../core/operations.ts';
import type { IommuKernel } from '../kernel.ts';
import type { Mm } from '../mm.ts';
import type { Handlers } from '../operation.ts';

const device = (k: IommuKernel, i: number) => k.world.devices[i] as Device;

/** Only iommu_domain_free puts cookies: a client that would is turned down before the call. */
function* notForClients(k: IommuKernel): Steps<{ ret: number }> {
  yield k.world.env.local;
  return { ret: EINVAL };
}

export const cookieOperations: Handlers = {
  *get_dma_cookie(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      return { ret: yield* k.iommuGetDmaCookie(d) };
    });
  },
  *get_msi_cookie(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      return { ret: yield* k.iommuGetMsiCookie(d, op.base) };
    });
  },
  *put_dma_cookie(k) {
    return yield* notForClients(k);
  },
  *put_msi_cookie(k) {
    return yield* notForClients(k);
  },
  *set_fault_handler(k, op) {
    return yield* onDomain(k, op.domain, function* (d) {
      const installed = yield* k.iommuSetFaultHandler(d, k.world.cookies.handler);
      return { ret: 0, out: { installed: installed ? 1 : 0 } };
    });
  },
  *report_fault(k, op) {
    // The group's mutex stands for what a driver's detach waits for: its threaded fault handler.
    const dev = device(k, op.device);
    yield dev.group.readOnce;
    const group = dev.group.value;
    if (group === null) return { ret: ENODEV };
    yield group.mutex.lock;
    yield dev.rid.domain.readOnce;
    const domain = dev.rid.domain.value;
    const ret = domain === null ? ENODEV : yield* k.reportIommuFault(domain);
    yield group.mutex.unlock;
    return { ret };
  },
  *prepare_msi(k, op) {
    const ret = yield* k.iommuDmaPrepareMsi(device(k, op.device), op.address);
    if (ret !== 0) return { ret };
    const desc = k.world.cookies.desc(device(k, op.device));
    return { ret, out: { address: yield* k.msiMsgSetAddr(desc, op.address) } };
  },
  *compose_msi(k, op) {
    const desc = k.world.cookies.desc(device(k, op.device));
    return { ret: 0, out: { address: yield* k.msiMsgSetAddr(desc, op.address) } };
  },
  *setup_dma_ops(k, op) {
    const dev = device(k, op.device);
    yield dev.group.readOnce;
    const group = dev.group.value;
    if (group === null) return { ret: ENODEV };
    yield group.domain.readOnce;
    const domain = group.domain.value;
    if (domain === null || (domain.type !== 'dma' && domain.type !== 'dmaFq')) return { ret: 0 };
    return { ret: yield* k.iommuDmaInitDomain(domain, dev) };
  },
  *sva_domain_alloc(k, op) {
    const slot = k.world.slots.domain(op.domain);
    yield slot.readOnce;
    if (slot.value !== null) return { ret: EINVAL };
    const mm = k.world.mms[Math.max(0, k.world.currentProcess())] as Mm;
    const domain = yield* k.iommuSvaDomainAlloc(device(k, op.device), mm);
    if (typeof domain === 'number') return { ret: domain };
    yield slot.writeOnce;
    slot.value = domain;
    return { ret: 0 };
  },
};
