// Cookies of domains, and doorbells mapped for them: spec/cookies.md §2, §9, §11. Who gets a cookie owns
// the domain alone.
import { EINVAL } from '../errno.ts';
import { cookieEvents } from './cookie.ts';
import { device, freshCookie } from './facts.ts';
import { covering, withLeaves } from './leaves.ts';
import type { Run } from './run.ts';
import type { Domain, Leaf } from './state.ts';
import { cookieTable } from './tables.ts';
import type { OpOf } from './vocabulary.ts';

export function getDmaCookie(run: Run, op: OpOf<'get_dma_cookie'>): void {
  get(run, op.domain, 'getDma', 0);
}

export function getMsiCookie(run: Run, op: OpOf<'get_msi_cookie'>): void {
  get(run, op.domain, 'getMsi', op.base);
}

function get(run: Run, slot: number, name: 'getDma' | 'getMsi', base: number): void {
  const domain = run.slot(slot);
  if (domain === null) return run.finish(EINVAL);
  const { node, ret } = cookieTable.step(domain.cookie, cookieEvents[name]);
  if (ret === 0) {
    if (run.fails()) return run.finish('errno');
    run.changeDomain(slot, { cookie: node, msiNext: base });
  }
  run.finish(ret);
}

/** A handler that is not installed is a WARN. */
export function setFaultHandler(run: Run, op: OpOf<'set_fault_handler'>): void {
  const domain = run.slot(op.domain);
  if (domain === null) return run.finish(EINVAL);
  if (run.world.quirks.handlerIsNoCookie) return run.finish(0);
  const { node, effects } = cookieTable.step(domain.cookie, cookieEvents.setFault);
  if (node !== domain.cookie) run.changeDomain(op.domain, { cookie: node });
  run.finish(0, { out: { installed: effects.includes('warn') ? 0 : 1 } });
}

/** Only iommu_domain_free puts cookies: a client that would is turned down before the call. */
export function putCookie(run: Run, _op: OpOf<'put_dma_cookie'>): void {
  run.finish(EINVAL);
}

/** By the irqchip of a device, under group->mutex. */
export function prepareMsi(run: Run, op: OpOf<'prepare_msi'>): void {
  const group = run.group(device(run.world, op.device).group);
  const { domain: ref, standard, members } = group;
  if (!members.includes(op.device) || ref === null) return run.finish(0);
  const slot = typeof ref === 'number' ? run.slot(ref) : null;
  if (typeof ref === 'number' && slot === null) return run.finish('errno');
  const cookie = slot?.cookie ?? coreCookie(ref === 'blocking' ? 'unmanaged' : (standard ?? 'dma'));
  const { ret, effects } = cookieTable.step(cookie, cookieEvents.prepareMsi);
  if (ret !== 0 && run.world.quirks.msiWithoutCookie) return run.finish(0);
  if (effects.includes('pageOfBump')) return bump(run, ref as number, slot as Domain, op.address);
  if (effects.includes('pageOfRange')) return ofRange(run, ref);
  run.finish(ret);
}

/** Cookies of the core's own domains: a default DMA domain's, and none. */
function coreCookie(type: 'unmanaged' | Domain['type']) {
  const cookie = freshCookie(type);
  if (type !== 'dma' && type !== 'dmaFq') return cookie;
  return cookieTable.step(cookie, cookieEvents.getDma).node;
}

/** Which IOVA the allocator gives is its own affair, and whether it is set up. */
function ofRange(run: Run, ref: 'default' | 'blocking' | number): void {
  if (run.fails()) return run.finish('errno');
  if (typeof ref !== 'number') return run.finish(run.either() ? 'errno' : 0);
  if (run.either()) return run.finish('errno');
  run.changeDomain(ref, { leaves: null, everMapped: true });
  run.finish(0);
}

/** IOMMU_WRITE | IOMMU_NOEXEC | IOMMU_MMIO. */
const msiProt = 26;

/** §11: a page that is there is used again; a failure leaves everything as it was. */
function bump(run: Run, slot: number, domain: Domain, address: number): void {
  const size = 2 ** run.world.geometry.pageShift;
  const pa = address - (address % size);
  if (domain.msiPages.includes(pa)) return run.finish(0);
  const { msiNext: iova, leaves } = domain;
  // An IOVA of 0 reads as a failure of the allocator, and the pointer has moved (§2).
  if (iova === 0 || run.fails()) {
    if (iova === 0 && run.either()) run.changeDomain(slot, { msiNext: size });
    return run.finish('errno');
  }
  const made: Leaf = { iova, size, pa, prot: msiProt };
  const isTaken = leaves !== null && covering(leaves, iova) !== undefined;
  if ((leaves === null || isTaken || domain.driver === 'virtio') && run.either())
    return run.finish('errno');
  run.changeDomain(slot, {
    leaves: leaves === null || isTaken ? null : withLeaves(leaves, [made]),
    everMapped: true,
    msiNext: iova + size,
    msiPages: [...domain.msiPages, pa].sort((a, b) => a - b),
  });
  run.finish(0);
}
