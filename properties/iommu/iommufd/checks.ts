// What must hold of iommufd in every state at rest.

import { leavesOf } from '../mapping/view.ts';
import type { IommuDomain, IommuWorld } from '../../../engine/iommu/index.ts';
import type { Ioas } from '../../../engine/iommu/iommufd/objects.ts';
import { hex } from '../../../engine/index.ts';
import type { KernelObject } from '../../../engine/runtime/index.ts';
import { broken } from '../../property.ts';
import { iommufdProperties as properties } from './catalogue.ts';
import { filledAreas, pageNumbers, type View } from './view.ts';

/** IOMMU_MMIO: doorbells of interrupts, which are no areas. */
const mmio = 16;
/** IOMMU_READ and IOMMU_WRITE. */
const readWrite = 3;

function checkCount(object: KernelObject, found: number, wanted: number, what: string): void {
  if (found === wanted) return;
  const text = `${what} of ${object.title} is ${found}, with ${wanted} references`;
  const counts = { [what]: found, references: wanted };
  throw broken(properties.users, `${object.kind} ${what}`, text, object, counts);
}

/** CORE-011. */
export function checkUsers(world: IommuWorld, view: View): void {
  const { ioases, hwpts, idevs, igroups, pages, areas } = view;
  const attached = igroups.flatMap((g) =>
    g.deviceList.stored.members.map((idev) => ({ idev, hwpt: g.hwpt.stored })),
  );
  for (const ioas of ioases) {
    const own = hwpts.filter((h) => h.parent === null && h.ioas === ioas).length;
    checkCount(ioas, ioas.users.stored, 1 + own, 'users');
  }
  for (const hwpt of hwpts) {
    const nested = hwpts.filter((h) => h.parent === hwpt).length;
    const devices = attached.filter((a) => a.hwpt === hwpt).length;
    checkCount(hwpt, hwpt.users.stored, 1 + nested + devices, 'users');
  }
  for (const idev of idevs) {
    const held = world.devices.some((d) => world.iommufd.cdev(d).idev.stored === idev) ? 1 : 0;
    const is = attached.some((a) => a.idev === idev) ? 1 : 0;
    checkCount(idev, idev.users.stored, 1 + held + is, 'users');
  }
  for (const object of [...ioases, ...hwpts, ...idevs])
    checkCount(object, object.shorttermUsers.stored, 1, 'shortterm_users');
  for (const igroup of igroups)
    checkCount(igroup, igroup.ref.stored, idevs.filter((d) => d.igroup === igroup).length, 'ref');
  for (const p of pages)
    checkCount(p, p.kref.stored, areas.filter((a) => a.pages.stored === p).length, 'kref');
}

/** IFD-001. */
export function checkAddresses(world: IommuWorld, view: View): void {
  for (const { va, npages, title } of view.pages)
    if (va + npages * 2 ** world.geometry.pageShift > 2 ** 64)
      throw broken(properties.addresses, 'wraps', `${title} from ${hex(va)} on wrap around`);
}

/** IFD-004 and IFD-005; `alone`: nobody but iommufd pins pages. */
export function checkPins(world: IommuWorld, view: View): void {
  const size = 2 ** world.geometry.pageShift;
  const wanted = new Map<number, number>();
  for (const mm of world.mms) {
    let charged = 0;
    for (const pages of view.pages.filter((p) => p.mm === mm)) {
      const numbers = new Set(filledAreas(view, pages).flatMap((a) => pageNumbers(a, size)));
      for (const i of numbers) {
        const pa = mm.backing(pages.va + i * size) ?? -1;
        wanted.set(pa, (wanted.get(pa) ?? 0) + 1);
      }
      charged += numbers.size;
    }
    const found = mm.lockedVm.stored;
    if (found === charged) continue;
    const text = `locked_vm of ${mm.title} is ${found}, and ${charged} pages are pinned`;
    const counts = { locked_vm: found, pinned: charged };
    throw broken(properties.lockedVm, found > charged ? 'more' : 'less', text, mm, counts);
  }
  for (const page of world.pagesTouched()) {
    const pins = page.pins.stored;
    const users = wanted.get(page.pa) ?? 0;
    if (pins === users) continue;
    const text = `${page.title} is pinned ${pins} times, and ${users} iopt_pages need it`;
    throw broken(properties.pins, pins > users ? 'more' : 'less', text, page, { pins, users });
  }
}

/** IFD-006. */
export function checkAreas(world: IommuWorld, view: View): void {
  for (const ioas of view.ioases) {
    const areas = [...ioas.iopt.areas.stored.members].sort((a, b) => a.iova - b.iova);
    for (const [i, area] of areas.entries()) {
      const next = areas[i + 1];
      const where = hex(area.iova);
      if (next !== undefined && next.iova < area.iova + area.length)
        throw broken(properties.areas, 'overlap', `areas overlap at ${hex(next.iova)}`, ioas);
      if (area.pages.stored === null)
        throw broken(properties.areas, 'no pages', `the area at ${where} has no pages`, ioas);
    }
    for (const domain of ioas.iopt.domains.stored.members) checkDomain(world, ioas, domain);
  }
  for (const pages of view.pages) {
    const filled = filledAreas(view, pages);
    const tree = pages.domainsItree.stored.members;
    if (filled.length === tree.length && tree.every((a) => filled.includes(a))) continue;
    const text = 'domains_itree does not name the areas that are in domains';
    throw broken(properties.areas, 'domains_itree', text, pages);
  }
}

/** Page for page what the areas say, and what the domain translates. */
function checkDomain(world: IommuWorld, ioas: Ioas, domain: IommuDomain): void {
  if (domain.root.stored === null) return;
  const size = 2 ** world.geometry.pageShift;
  const line = (iova: number, pa: number, prot: number) => `${iova} ${pa} ${prot & readWrite}`;
  const wanted = ioas.iopt.areas.stored.members.flatMap((area) => {
    const pages = area.pages.stored;
    if (pages === null) return [];
    const [first = 0] = pageNumbers(area, size);
    return pageNumbers(area, size).map((i) =>
      line(area.iova + (i - first) * size, pages.mm.backing(pages.va + i * size) ?? -1, area.prot),
    );
  });
  const found = leavesOf(world.geometry, domain)
    .filter(({ leaf }) => (leaf.prot & mmio) === 0)
    .flatMap(({ iova, leaf }) =>
      Array.from({ length: leaf.size / size }, (_, i) =>
        line(iova + i * size, leaf.pa + i * size, leaf.prot),
      ),
    );
  const missing = wanted.filter((l) => !found.includes(l)).length;
  const more = found.filter((l) => !wanted.includes(l)).length;
  if (missing + more === 0) return;
  const text = `${missing} pages of the areas are not in the ${domain.title}, ${more} others are`;
  throw broken(properties.areas, missing > 0 ? 'missing' : 'left', text, domain, { missing, more });
}

/** IFD-007 and IFD-009. */
export function checkAttached(view: View): void {
  for (const igroup of view.igroups) {
    const hwpt = igroup.hwpt.stored;
    const wrong = (key: string, text: string) => broken(properties.attached, key, text, igroup);
    if (igroup.deviceList.stored.empty !== (hwpt === null))
      throw wrong('hwpt', 'a group has a hwpt without devices, or devices without a hwpt');
    if (hwpt === null) continue;
    if (igroup.group.domain.stored !== hwpt.domain.stored)
      throw wrong('domain', `${igroup.group.name} does not translate through its hwpt`);
    const required = igroup.requiredSwMsi.stored;
    const cookie = hwpt.paging.msiCookie.stored;
    if (cookie || (required & ~hwpt.paging.presentSwMsi.stored) === 0) continue;
    const text = `a doorbell of ${igroup.group.name} is not mapped in its hwpt`;
    throw broken(properties.doorbells, 'missing', text, hwpt);
  }
}

/** IFD-008. */
export function checkReserved(view: View): void {
  for (const ioas of view.ioases) {
    const owners: KernelObject[] = [...ioas.iopt.domains.stored.members];
    for (const igroup of view.igroups) {
      const hwpt = igroup.hwpt.stored;
      if (hwpt === null || hwpt.parent !== null || hwpt.ioas !== ioas) continue;
      for (const { device } of igroup.deviceList.stored.members) {
        owners.push(device);
        for (const region of device.spec.reserved ?? []) {
          const { members } = ioas.iopt.reserved.stored;
          if (members.some((r) => r.owner === device && r.start === region.start)) continue;
          const text = `${device.name} is attached, and its region at ${hex(region.start)} is free`;
          throw broken(properties.reserved, 'missing', text, ioas);
        }
      }
    }
    const stray = ioas.iopt.reserved.stored.members.find((r) => !owners.includes(r.owner));
    if (stray === undefined) continue;
    const text = `${hex(stray.start)} is reserved for ${stray.owner.title}, which is not attached`;
    throw broken(properties.reserved, 'left', text, ioas);
  }
}

/** IFD-011. */
export function checkAnswered(world: IommuWorld, view: View): void {
  for (const device of world.devices) {
    const waiting = world.iommufd.cdev(device).requests.stored;
    const hwpt = view.igroups.find((g) => g.group === device.group.stored)?.hwpt.stored ?? null;
    const own = String(device.index);
    const queued = hwpt === null ? [] : hwpt.faults.stored.split(' ').filter((t) => t === own);
    if (waiting === queued.length) continue;
    const text = `${waiting} requests of ${device.name} wait, its hwpt knows ${queued.length}`;
    const counts = { waiting, queued: queued.length };
    throw broken(properties.answered, waiting > 0 ? 'lost' : 'twice', text, hwpt, counts);
  }
}

/** IFD-010. */
export function checkFlags(view: View): void {
  for (const hwpt of view.hwpts)
    if ((hwpt.flags & 5) === 5)
      throw broken(properties.faults, 'both', 'a nest parent has a fault queue', hwpt);
}
