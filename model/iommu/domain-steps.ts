// Allocation and free of domains in clients' slots, and coherency: spec/iommu-core.md §3,
// spec/coherency-and-ownership.md §1. A client keeps one domain in a slot, and frees what is detached.
import { EINVAL } from '../errno.ts';
import { device, instance, isPaging, newDomain } from './facts.ts';
import type { Run } from './run.ts';
import type { Domain, Group } from './state.ts';
import {
  coherencyEvents,
  coherencyTable,
  cookieEvents,
  cookieTable,
  domainEvents,
  domainTable,
} from './tables.ts';
import type { DomainType, OpOf } from './vocabulary.ts';

export function domainAlloc(run: Run, op: OpOf<'domain_alloc'>): void {
  alloc(run, op.domain, op.device, op.type);
}

export function svaDomainAlloc(run: Run, op: OpOf<'sva_domain_alloc'>): void {
  alloc(run, op.domain, op.device, 'sva');
}

function alloc(run: Run, slot: number, index: number, type: DomainType): void {
  const there = run.slot(slot);
  if (there !== null) return run.finish(domainTable.step(there.life, domainEvents.alloc).ret);
  const { group, iommu } = device(run.world, index);
  if (run.progress.phase === 'enter') {
    const isThere = run.group(group).members.includes(index);
    if (run.fails()) return run.finish('errno');
    if ((!isThere || mayFail(run, iommu, type)) && run.either()) return run.finish('errno');
    if (run.world.shared.has(slot)) return run.goOn('publish');
  }
  const made = newDomain(run.world, type, iommu);
  const { node: life } = domainTable.step(made.life, domainEvents.alloc);
  run.setSlot(slot, { ...made, life, cookie: bornWith(made) });
  run.finish(0);
}

/** Whether there is such a domain is the driver's business: ids, granules, types. */
function mayFail(run: Run, iommu: number, type: DomainType): boolean {
  const { virtio } = instance(run.world, iommu);
  const limits = [virtio?.firstDomain, virtio?.lastDomain, virtio?.pageShift];
  return !isPaging(type) || limits.some((limit) => limit !== undefined);
}

/** DMA domains get their cookie from the core, SVA domains are made with one (spec/cookies.md §3). */
function bornWith({ type, cookie }: Domain) {
  if (type === 'dma' || type === 'dmaFq') return cookieTable.step(cookie, cookieEvents.getDma).node;
  return type === 'sva' ? cookieTable.step(cookie, cookieEvents.svaAlloc).node : cookie;
}

const uses = ({ domain, pasids }: Group, slot: number): number =>
  (domain === slot ? 1 : 0) + pasids.filter(([, at]) => at === slot).length;

/** The slot is empty while the client looks whether the domain is still attached. */
export function domainFree(run: Run, op: OpOf<'domain_free'>): void {
  const domain = run.progress.held ?? run.slot(op.domain);
  if (domain === null) return run.finish(EINVAL);
  run.setSlot(op.domain, null);
  if (run.progress.phase === 'enter' && run.world.shared.has(op.domain))
    return run.goOn('apply', domain);
  const users = run.allGroups.reduce((sum, group) => sum + uses(group, op.domain), 0);
  let life = domainTable.step(domainTable.root(), domainEvents.alloc).node;
  for (let i = 0; i < users; i++) life = domainTable.step(life, domainEvents.attached).node;
  const { ret } = domainTable.step(life, domainEvents.free);
  if (ret !== 0) run.setSlot(op.domain, { ...domain, life });
  run.finish(ret);
}

/** A flush changes nothing that the machines know. */
export function flush(run: Run, op: OpOf<'flush_iotlb_all'>): void {
  run.finish(run.slot(op.domain) === null ? EINVAL : 0);
}

export function enforce(run: Run, op: OpOf<'enforce_cache_coherency'>): void {
  const domain = run.slot(op.domain);
  if (domain === null) return run.finish(EINVAL);
  if (!isPaging(domain.type) || run.world.quirks.noEnforce || run.refuses())
    return run.finish(0, { out: { enforced: 0 } });
  const lacking = lacksSnoopControl(run, op.domain) || (mayLack(run) && run.either());
  // Mapped once and empty again: whether the driver still counts it as mapped is not written.
  const isEmpty = domain.leaves !== null && domain.leaves.length === 0;
  const mapped = domain.everMapped && (!isEmpty || run.either());
  const finding = lacking ? (mapped ? 'both' : 'lacking') : mapped ? 'mapped' : 'fit';
  const event = coherencyEvents.enforce[finding];
  const { node, ret } = coherencyTable.step(domain.coherency, event);
  if (node !== domain.coherency) run.changeDomain(op.domain, { coherency: node });
  run.finish(0, { out: { enforced: ret } });
}

/** One that is being attached, and will be refused, counts as well. */
const mayLack = ({ world }: Run): boolean =>
  world.budget > 0 && world.topology.iommus.some(({ snoopControl }) => snoopControl === false);

/** Some device that translates through a slot's domain is behind an IOMMU without snoop control. */
const lacksSnoopControl = (run: Run, slot: number): boolean =>
  run.allGroups.some(
    ({ domain, devices }) =>
      domain === slot &&
      devices.some((d) => instance(run.world, device(run.world, d).iommu).snoopControl === false),
  );
