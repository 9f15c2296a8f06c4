// Allocation, free, cookies and coherency of domains in clients' slots: spec/iommu-core.md §3,
// spec/cookies.md §2, §9, spec/coherency-and-ownership.md §1.
import { EINVAL } from '../errno.ts';
import { coherencyAlphabet } from './coherency.ts';
import { cookieEvents } from './cookie.ts';
import { device, instance, newDomain } from './facts.ts';
import { allocSites, lacksSnoopControl } from './group-steps.ts';
import type { Run } from './run.ts';
import type { Domain } from './state.ts';
import { coherencyTable, cookieTable, domainEvents, domainTable } from './tables.ts';
import type { OpOf } from './vocabulary.ts';

export function domainAlloc(run: Run, op: OpOf<'domain_alloc'>): void {
  if (run.progress.phase === 'publish') return publish(run, op);
  const there = run.slot(op.domain);
  if (there !== null) return run.finish(domainTable.step(there.life, domainEvents.alloc).ret);
  const spec = device(run.world, op.device);
  const isThere = run.group(spec.group).devices.includes(op.device);
  if (run.refuses(...allocSites)) return run.finish('errno');
  if ((!isThere || mayFail(run, op)) && run.either()) return run.finish('errno');
  if (run.world.contested.has(op.domain)) return run.goOn('publish');
  publish(run, op);
}

/** Whether there is such a domain is the driver's business: ids, granules, types. */
function mayFail(run: Run, { device: index, type }: OpOf<'domain_alloc'>): boolean {
  const { driver, virtio } = instance(run.world, device(run.world, index).iommu);
  if (type !== 'unmanaged' && type !== 'dma' && type !== 'dmaFq') return true;
  const limits = [virtio?.firstDomain, virtio?.lastDomain, virtio?.pageShift];
  return driver === 'virtio' && limits.some((limit) => limit !== undefined);
}

function publish(run: Run, op: OpOf<'domain_alloc'>): void {
  const made = newDomain(run.world, op.type, device(run.world, op.device).iommu);
  const { node } = domainTable.step(made.life, domainEvents.alloc);
  const cookie = bornWith(made);
  run.setSlot(op.domain, { ...made, life: node, cookie });
  run.finish(0);
}

/** DMA domains get their cookie from the core, SVA domains are made with one (spec/cookies.md §3). */
function bornWith({ type, cookie }: Domain) {
  if (type === 'dma' || type === 'dmaFq') return cookieTable.step(cookie, cookieEvents.getDma).node;
  return type === 'sva' ? cookieTable.step(cookie, cookieEvents.svaAlloc).node : cookie;
}

export function domainFree(run: Run, op: OpOf<'domain_free'>): void {
  const domain = run.slot(op.domain);
  if (domain === null) return run.finish(EINVAL);
  run.setSlot(op.domain, null);
  run.finish(domainTable.step(domain.life, domainEvents.free).ret);
}

function cookieOp(run: Run, slot: number, name: 'getDma' | 'getMsi' | 'setFault'): void {
  const domain = run.slot(slot);
  if (domain === null) return run.finish(EINVAL);
  const { node, ret } = cookieTable.step(domain.cookie, cookieEvents[name]);
  if (node !== domain.cookie) {
    if (name !== 'setFault' && run.refuses('kzalloc')) return run.finish('errno');
    run.changeDomain(slot, { cookie: node });
  }
  run.finish(ret);
}

export const getDmaCookie = (run: Run, op: OpOf<'get_dma_cookie'>): void =>
  cookieOp(run, op.domain, 'getDma');
export const getMsiCookie = (run: Run, op: OpOf<'get_msi_cookie'>): void =>
  cookieOp(run, op.domain, 'getMsi');
export const setFaultHandler = (run: Run, op: OpOf<'set_fault_handler'>): void => {
  if (run.world.quirks.handlerIsNoCookie) run.finish(run.slot(op.domain) === null ? EINVAL : 0);
  else cookieOp(run, op.domain, 'setFault');
};

/** A flush changes nothing that the machines know. */
export function flush(run: Run, op: OpOf<'flush_iotlb_all'>): void {
  run.finish(run.slot(op.domain) === null ? EINVAL : 0);
}

export function enforce(run: Run, op: OpOf<'enforce_cache_coherency'>): void {
  const domain = run.slot(op.domain);
  if (domain === null) return run.finish(EINVAL);
  if (run.refuses('enforce')) return run.finish(0);
  const lacking = lacksSnoopControl(run, op.domain);
  // Mapped once and empty again: whether the driver still counts it as mapped is not written.
  const isEmpty = domain.leaves !== null && domain.leaves.length === 0;
  const mapped = domain.everMapped && (!isEmpty || run.either());
  const event = coherencyAlphabet.find(
    (e) => e.type === 'ENFORCE' && e.lacking === lacking && e.mapped === mapped,
  ) as (typeof coherencyAlphabet)[0];
  const { node, ret } = coherencyTable.step(domain.coherency, event);
  run.changeDomain(op.domain, { coherency: node });
  run.finish(0, { out: { enforced: ret === 1 } });
}
