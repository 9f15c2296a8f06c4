// The properties of type1 containers, checked when nothing is in flight: spec/iommu-core.md §7.

import type { IommuWorld } from '../../engine/iommu/index.ts';
import type { Mm } from '../../engine/iommu/mm.ts';
import { dmaEntryLimit, type Type1, type VfioDma } from '../../engine/iommu/vfio/type1/objects.ts';
import { everything } from '../../engine/iommu/vfio/ranges.ts';
import { broken } from '../property.ts';
import { type1Properties as properties } from './type1Catalogue.ts';
import { noEnforce } from './vfioChecks.ts';
import { dmasOf, type PageAt, pagesOf, type1s } from './vfioView.ts';

/** Who else pins pages or is accounted in a program. */
export interface Others {
  readonly pin: boolean;
  readonly account: boolean;
}

export function checkType1s(world: IommuWorld, others: Others, quirks: readonly string[]): void {
  const all = type1s(world);
  for (const iommu of all) {
    checkDisjoint(iommu);
    checkDomains(world, iommu);
    checkCounts(iommu);
    checkValid(iommu);
    if (!quirks.includes(noEnforce)) checkSharing(iommu);
  }
  checkPins(world, all, others.pin);
  for (const dma of all.flatMap(dmasOf)) checkHeld(world, dma);
  const mms = world.vfio.processes.flatMap(({ next }) => [world.mms[next.index] ?? next, next]);
  if (!others.account) for (const mm of mms) checkLocked(mm, all);
}

function checkDisjoint(iommu: Type1): void {
  const dmas = dmasOf(iommu);
  for (const [i, dma] of dmas.entries()) {
    const next = dmas[i + 1];
    if (next === undefined || dma.end <= next.iova) continue;
    throw broken(properties.disjoint, 'overlap', 'two mappings of a container overlap', iommu);
  }
}

/** Addresses that the container does not map itself. */
const inMsiWindow = (world: IommuWorld, iova: number) =>
  world.devices.some((d) =>
    (d.spec.reserved ?? []).some(
      (r) => r.kind === 'swMsi' && r.start <= iova && iova < r.start + r.size,
    ),
  );

function checkDomains(world: IommuWorld, iommu: Type1): void {
  const pageSize = 2 ** world.geometry.pageShift;
  const wanted = dmasOf(iommu).flatMap((dma) =>
    Array.from({ length: dma.size / pageSize }, (_, i) => ({
      iova: dma.iova + i * pageSize,
      prot: dma.prot,
    })),
  );
  let first: readonly PageAt[] | null = null;
  for (const { domain } of iommu.domainList.stored.items) {
    const pages = pagesOf(domain, pageSize).filter((p) => !inMsiWindow(world, p.iova));
    const key = difference(pages, wanted, first);
    if (key !== null)
      throw broken(properties.disjoint, key, `a domain of the container: ${key}`, domain, {
        mapped: wanted.length,
        translated: pages.length,
      });
    first ??= pages;
  }
}

function difference(
  pages: readonly PageAt[],
  wanted: readonly { readonly iova: number; readonly prot: number }[],
  first: readonly PageAt[] | null,
): string | null {
  const there = new Map(pages.map((p) => [p.iova, p]));
  if (wanted.some((w) => !there.has(w.iova))) return 'a mapped page is not translated';
  if (pages.length > wanted.length) return 'a page is translated that is not mapped';
  if (wanted.some((w) => there.get(w.iova)?.prot !== w.prot)) return 'another permission';
  if (first?.some((p) => there.get(p.iova)?.pa !== p.pa)) return 'another page than elsewhere';
  return null;
}

function checkCounts(iommu: Type1): void {
  const dmas = dmasOf(iommu);
  const sum = iommu.dmaAvail.stored + dmas.length;
  if (sum !== dmaEntryLimit)
    throw broken(properties.available, 'sum', 'dma_avail does not count mappings', iommu, {
      avail: iommu.dmaAvail.stored,
      mappings: dmas.length,
    });
  const invalid = dmas.filter((d) => d.vaddrInvalid.stored).length;
  if (iommu.vaddrInvalidCount.stored !== invalid)
    throw broken(properties.vaddr, 'count', 'vaddr_invalid_count does not count', iommu, {
      count: iommu.vaddrInvalidCount.stored,
      invalid,
    });
  if (invalid > 0 && iommu.emulatedGroups.stored.items.length > 0)
    throw broken(
      properties.vaddr,
      'mediated device',
      'an address is invalid while a mediated device may pin through it',
      iommu,
    );
  const tracking = iommu.dirtyPageTracking.stored;
  for (const dma of dmas)
    if ((dma.bitmap.stored !== null) !== tracking)
      throw broken(
        properties.bitmaps,
        tracking ? 'none' : 'left',
        tracking ? 'a mapping is tracked without a bitmap' : 'a bitmap is left, nothing is tracked',
        dma,
      );
}

function checkValid(iommu: Type1): void {
  const domains = iommu.domainList.stored.items;
  let valid = everything;
  for (const { domain, groupList } of domains) {
    const { start, end } = domain.iommu?.aperture ?? { start: 0, end: 2 ** 64 };
    valid = valid.intersect(start, end + 1);
    for (const { group } of groupList.stored.items)
      for (const device of devicesOf(group.iommuGroup.devices.stored))
        for (const r of device.spec.reserved ?? [])
          valid = valid.without(r.start, r.start + r.size);
  }
  const expected = domains.length === 0 ? null : valid;
  if (iommu.iovaList.stored !== expected && !narrower(iommu, expected))
    throw broken(
      properties.valid,
      'list',
      `the valid list is ${iommu.iovaList.stored?.name ?? 'empty'}; the groups allow ${expected?.name ?? 'everything'}`,
      iommu,
    );
  if (expected !== null && !dmasOf(iommu).every((d) => expected.contains(d.iova, d.end)))
    throw broken(properties.valid, 'mapping', 'a mapping is where no mapping may be', iommu);
}

/** A revision's aperture may be smaller than the hardware's: the list may be, too. */
function narrower(iommu: Type1, expected: Type1['iovaList']['stored']): boolean {
  const list = iommu.iovaList.stored;
  if (list === null || expected === null) return false;
  const end = list.intervals.at(-1)?.end ?? 0;
  return expected.intersect(0, end) === list && end >= 2 ** 47;
}

function* devicesOf(first: IommuWorld['devices'][number] | null) {
  for (let d = first; d !== null; d = d.next.stored as typeof first) yield d;
}

function checkSharing(iommu: Type1): void {
  for (const shared of iommu.domainList.stored.items) {
    const members = shared.groupList.stored.items;
    const alike = new Set(
      members.map(({ group }) =>
        [...devicesOf(group.iommuGroup.devices.stored)]
          .map(({ iommu: { driver, spec } }) => `${driver} ${spec.snoopControl !== false}`)
          .sort()
          .at(0),
      ),
    );
    if (alike.size <= 1) continue;
    throw broken(
      properties.sharing,
      'enforcement',
      'groups that are not alike share a domain',
      shared.domain,
    );
  }
}

function checkHeld(world: IommuWorld, dma: VfioDma): void {
  const pages = dma.size / 2 ** world.geometry.pageShift;
  const held = dma.iommuMapped.stored ? pages : dma.pfnList.stored.items.length;
  if (dma.lockedPages.stored === held) return;
  throw broken(properties.locked, 'mapping', 'a mapping accounts what it does not pin', dma, {
    accounted: dma.lockedPages.stored,
    pinned: held,
  });
}

function checkLocked(mm: Mm, all: readonly Type1[]): void {
  const mine = all.flatMap((iommu) => dmasOf(iommu).filter((d) => d.mm.stored === mm));
  const accounted = mine.reduce((sum, d) => sum + d.lockedPages.stored, 0);
  if (mm.lockedVm.stored === accounted) return;
  throw broken(properties.locked, 'process', `locked_vm of ${mm.name} is not its mappings'`, mm, {
    lockedVm: mm.lockedVm.stored,
    accounted,
  });
}

function checkPins(world: IommuWorld, all: readonly Type1[], others: boolean): void {
  const pageSize = 2 ** world.geometry.pageShift;
  const wanted = new Map<number, number>();
  const add = (pa: number) => wanted.set(pa, (wanted.get(pa) ?? 0) + 1);
  for (const iommu of all) {
    const [first] = iommu.domainList.stored.items;
    const pages = first === undefined ? [] : pagesOf(first.domain, pageSize);
    for (const dma of dmasOf(iommu)) {
      for (const pfn of dma.pfnList.stored.items) add(pfn.pa);
      for (const p of pages) if (dma.iova <= p.iova && p.iova < dma.end) add(p.pa);
    }
  }
  for (const page of world.pagesTouched()) {
    const pins = page.pins.stored;
    const users = wanted.get(page.pa) ?? 0;
    if (pins === users || (others && pins > users)) continue;
    throw broken(
      properties.pins,
      pins < users ? 'too few' : 'too many',
      `${page.name} has ${pins} pins for ${users} users`,
      page,
      { pins, users },
    );
  }
}
