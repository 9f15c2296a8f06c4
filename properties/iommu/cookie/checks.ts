// What must hold of domain cookies in every state at rest, read from outside.

import {
  FaultHandler,
  IovaCookie,
  MsiCookie,
  type MsiPage,
} from '../../../engine/iommu/cookie/objects.ts';
import { IommuDomain, type IommuWorld, isPaging } from '../../../engine/iommu/index.ts';
import { Hwpt } from '../../../engine/iommu/iommufd/objects.ts';
import { Mm } from '../../../engine/iommu/mm.ts';
import { hex } from '../../../engine/index.ts';
import { type KernelObject, Life, listNodes } from '../../../engine/runtime/index.ts';
import { leafAt } from '../mapping/view.ts';
import { broken } from '../../property.ts';
import { cookieProperties as properties } from './catalogue.ts';

const lives = (object: KernelObject) => object.life.stored === Life.live;

/** Domains that live, and cookies that do, whoever refers to them. */
export interface Alive {
  readonly domains: readonly IommuDomain[];
  readonly cookies: readonly (IovaCookie | MsiCookie)[];
}

export function alive(world: IommuWorld): Alive {
  const domains = new Set<IommuDomain>();
  const cookies: (IovaCookie | MsiCookie)[] = [];
  for (const group of world.groups)
    for (const cell of [group.defaultDomain, group.blockingDomain, group.domain])
      if (cell.stored !== null && lives(cell.stored)) domains.add(cell.stored);
  for (const object of world.heap.living()) {
    if (object instanceof IommuDomain) domains.add(object);
    else if (object instanceof IovaCookie || object instanceof MsiCookie) cookies.push(object);
  }
  return { domains: [...domains].filter((d) => !d.isStatic), cookies };
}

/** CKE-001 and the cookies' part of CKE-005. */
export function checkOwners({ cookies }: Alive): void {
  for (const cookie of cookies) {
    const { domain } = cookie;
    if (!lives(domain)) {
      const text = `the ${cookie.title} of a domain that was freed is left`;
      throw broken(properties.released, cookie.kind, text, cookie);
    }
    if (domain.cookie.stored === cookie) continue;
    const text = `the ${cookie.title} that the domain got is no longer its own`;
    throw broken(properties.once, cookie.kind, text, domain);
  }
}

/** CKE-005: references to the mm. */
export function checkMms(world: IommuWorld, { domains }: Alive): void {
  for (const mm of world.mms) {
    const users = domains.filter((d) => mmOf(d) === mm).length;
    if (mm.count.stored === users + 1) continue;
    const counts = { mm_count: mm.count.stored, domains: users };
    throw broken(properties.released, 'mm', `mm_count of ${mm.title} is wrong`, mm, counts);
  }
}

const mmOf = (domain: IommuDomain) =>
  domain.type === 'sva' ? (domain.cookie.stored ?? domain.handler.stored) : null;

/** CKE-003. Before 6.15 the mm and iommufd's hwpt are in unions of their own. */
export function checkUnion(domain: IommuDomain): void {
  const tag = domain.cookieType.stored;
  const member = domain.cookie.stored;
  const right = {
    none: member === null,
    dmaIova: member instanceof IovaCookie,
    dmaMsi: member instanceof MsiCookie,
    faultHandler: member instanceof FaultHandler,
    sva: (member ?? domain.handler.stored) instanceof Mm,
    iommufd: (member ?? domain.iommufdHwpt.stored) instanceof Hwpt,
  }[tag];
  if (right && (member === null || lives(member))) return;
  const what = member === null ? 'nothing' : `${lives(member) ? '' : 'a freed '}${member.kind}`;
  const text = `cookie_type of the ${domain.title} is ${tag}, and its union holds ${what}`;
  throw broken(properties.discriminated, tag, text, domain);
}

/** CKE-004 and CKE-012. */
export function checkKind(domain: IommuDomain): void {
  const { type, client } = domain;
  const tag = domain.cookieType.stored;
  const text = `the ${domain.title} of ${client} has cookie_type ${tag}`;
  const dma = type === 'dma' || type === 'dmaFq';
  if (client === 'iommufd' && (tag === 'dmaIova' || tag === 'dmaMsi')) {
    if (askedFor(domain)) return;
    throw broken(properties.owned, tag, text, domain);
  }
  const right = {
    none: !dma && type !== 'sva',
    // An in-kernel client may ask for what the core asks for its default domains only.
    dmaIova: dma || client === 'kernel',
    dmaMsi: type === 'unmanaged',
    faultHandler: type !== 'sva',
    sva: type === 'sva',
    iommufd: client === 'iommufd' && (type === 'unmanaged' || type === 'nested'),
  }[tag];
  if (!right) throw broken(properties.kind, `${type} ${tag}`, text, domain);
}

/** E1: iommufd asked for an MSI cookie itself. */
const askedFor = (domain: IommuDomain) => {
  const hwpt = domain.iommufdHwpt.stored;
  return hwpt instanceof Hwpt && hwpt.msiCookie.stored;
};

const pagesOf = (cookie: IovaCookie | MsiCookie) => listNodes<MsiPage>(cookie.msiPages);

/** CKE-006 and CKE-007. */
export function checkMsiPages(world: IommuWorld, domain: IommuDomain): void {
  const cookie = domain.cookie.stored;
  if (!(cookie instanceof MsiCookie)) return;
  const granule = 2 ** world.geometry.pageShift;
  const pages = pagesOf(cookie);
  const end = cookie.base + pages.length * granule;
  for (const [i, page] of pages.entries()) {
    const { phys, iova } = page;
    const where = `doorbell ${hex(phys)} at ${hex(iova)}`;
    if (pages.slice(0, i).some((p) => p.phys === phys || p.iova === iova))
      throw broken(properties.pages, 'twice', `${where} and another are the same page`, domain);
    if (iova < cookie.base || iova >= end)
      throw broken(properties.pages, 'outside', `${where} is outside of the window`, domain);
    if (!isMapped(world, domain, iova, phys))
      throw broken(properties.pages, 'unmapped', `${where} is not mapped`, domain);
  }
  const msiIova = cookie.msiIova.stored;
  if (msiIova === end) return;
  const text = `msi_iova is ${hex(msiIova)}, with ${pages.length} pages from ${hex(cookie.base)}`;
  throw broken(properties.bump, 'msi_iova', text, domain);
}

/** Whether an IOVA leads to an address; of page tables that are read from outside only. */
export function isMapped(world: IommuWorld, d: IommuDomain, iova: number, pa: number): boolean {
  if (d.root.stored === null) return true;
  const leaf = leafAt(world.geometry, d, iova);
  return leaf !== null && leaf.pa + (iova % leaf.size) === pa;
}

/** CKE-009 and CKE-010; `unmaps`: a driver may have unmapped a doorbell, which is its own fault. */
export function checkAllocator(domain: IommuDomain, unmaps: boolean): void {
  const cookie = domain.cookie.stored;
  if (!(cookie instanceof IovaCookie) || cookie.granule.stored === 0) return;
  const allocated = cookie.allocated.stored;
  const twice = allocated.overlap();
  const wrong = (key: string, text: string) => broken(properties.allocator, key, text, domain);
  if (twice !== null) throw wrong('overlap', `${hex(twice[1].start)} is handed out twice`);
  for (const { start, end } of allocated.list) {
    if (start < cookie.start.stored || end > cookie.limit.stored)
      throw wrong('limit', `${hex(start)} is outside of the limits`);
    if (cookie.reserved.stored.meets(start, end))
      throw wrong('reserved', `${hex(start)} is reserved and was handed out`);
  }
  for (const { iova } of unmaps ? [] : pagesOf(cookie))
    if (!allocated.meets(iova, iova)) throw wrong('free', `the doorbell at ${hex(iova)} is free`);
  checkQueue(domain, cookie);
}

function checkQueue(domain: IommuDomain, cookie: IovaCookie): void {
  const allocated = cookie.allocated.stored;
  // Direct mappings are nobody's to hand out, and stay.
  const reserved = cookie.reserved.stored;
  const taken = (start: number, end: number) =>
    allocated.meets(start, end) || reserved.meets(start, end);
  const wrong = (text: string) => broken(properties.flushed, 'early', text, domain);
  for (const { iova, size } of cookie.queue.stored.entries)
    if (!allocated.meets(iova, iova + size - 1))
      throw wrong(`${hex(iova)} waits for a flush and is free already`);
  if (!isPaging(domain.type)) return;
  for (const { iova, size, what } of domain.tlb.stored.entries)
    if ('pa' in what && iova >= cookie.start.stored && !taken(iova, iova + size - 1))
      throw wrong(`the IOTLB still translates ${hex(iova)}, which is free`);
}

/** CKE-011. */
export function checkWindow(world: IommuWorld): void {
  for (const group of world.groups) {
    const domain = group.domain.stored;
    if (domain?.client !== 'vfio' || domain.cookieType.stored === 'dmaMsi') continue;
    const needs = world.devices.some(
      (d) => d.group.stored === group && (d.spec.reserved ?? []).some((r) => r.kind === 'swMsi'),
    );
    if (!needs) continue;
    const text = `${group.name} is attached to VFIO’s domain, which has no MSI cookie`;
    throw broken(properties.window, 'cookie', text, domain);
  }
}
