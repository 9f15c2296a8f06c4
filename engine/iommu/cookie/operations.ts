// The operations on domain cookies: arguments to objects, slots, results.

import { EINVAL, ENODEV } from '../../errno.ts';
import type { Outcome, Steps } from '../../runtime/index.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { Device } from '../core/objects.ts';
import { onDomain } from '../core/operations.ts';
import type { IommuKernel } from '../kernel.ts';
import type { Mm } from '../mm.ts';
import type { ExitOperation, Handlers } from '../operation.ts';

const device = (k: IommuKernel, i: number) => k.world.devices[i] as Device;

/**
 * A call on the domain that a device is attached to. The group's mutex keeps it attached; that the
 * domain is somebody else's it does not change.
 */
function* onAttached(
  k: IommuKernel,
  index: number,
  call: (domain: IommuDomain) => Steps<Outcome>,
): Steps<Outcome> {
  const dev = device(k, index);
  yield dev.group.readOnce;
  const group = dev.group.value;
  if (group === null) return { ret: ENODEV };
  yield group.mutex.lock;
  yield group.domain.read;
  const domain = group.domain.value;
  const outcome = domain === null ? { ret: ENODEV } : yield* call(domain);
  yield group.mutex.unlock;
  return outcome;
}

function* getMsiCookie(k: IommuKernel, domain: IommuDomain, base: number): Steps<Outcome> {
  return { ret: yield* k.iommuGetMsiCookie(domain, base) };
}

function* setFaultHandler(k: IommuKernel, domain: IommuDomain): Steps<Outcome> {
  const installed = yield* k.iommuSetFaultHandler(domain, k.world.cookies.handler);
  return { ret: 0, out: { installed: installed ? 1 : 0 } };
}

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
    return yield* onDomain(k, op.domain, (d) => getMsiCookie(k, d, op.base));
  },
  *attached_get_msi_cookie(k, op) {
    return yield* onAttached(k, op.device, (d) => getMsiCookie(k, d, op.base));
  },
  *attached_set_fault_handler(k, op) {
    return yield* onAttached(k, op.device, (d) => setFaultHandler(k, d));
  },
  *put_dma_cookie(k) {
    return yield* notForClients(k);
  },
  *put_msi_cookie(k) {
    return yield* notForClients(k);
  },
  *set_fault_handler(k, op) {
    return yield* onDomain(k, op.domain, (d) => setFaultHandler(k, d));
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
    return { ret: yield* k.iommuSetupDmaOps(group, dev) };
  },
  *sva_domain_alloc(k, op) {
    const slot = k.world.slots.domain(op.domain);
    yield slot.readOnce;
    if (slot.value !== null) return { ret: EINVAL };
    const mm = k.world.mms[Math.max(0, k.world.currentProcess())] as Mm;
    const domain = yield* k.iommuSvaDomainAlloc(device(k, op.device), mm);
    if (typeof domain === 'number') return { ret: domain };
    yield slot.exchange;
    const taken = slot.value !== null;
    if (!taken) slot.value = domain;
    else yield* k.iommuDomainFree(domain);
    return { ret: taken ? EINVAL : 0 };
  },
};

/** The devices go, and with them the doorbells of their default domains. */
export const cookieExit: ExitOperation = {
  label: 'exit interrupts',
  *run(k) {
    for (const group of k.world.groups) {
      const cookie = group.spec.defaultDomain === 'identity' ? null : k.world.cookies.booted(group);
      if (cookie === null) continue;
      // The default domain of the boot may be gone, and its cookie with it.
      yield group.defaultDomain.readOnce;
      if (group.defaultDomain.value?.boot !== true) continue;
      yield* k.freeMsiPages(cookie);
      yield cookie.msiPages.write;
      cookie.msiPages.value = null;
    }
  },
};
