// enforce_cache_coherency by driver: the table of spec/coherency-and-ownership.md §1.

import { expect, test } from 'vitest';
import { backing, device, host, page } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { refusing, run } from '../../../test/iommu/host.ts';
import { cacheSnoops } from '../../defects/iommu/ownership/d-cache-snoops.ts';
import { EINVAL } from '../../errno.ts';
import { Leaf } from '../core/leaf.ts';
import type { PageTable } from '../core/pageTable.ts';
import type { DriverKind, IommuOp } from '../vocabulary/index.ts';

const alloc: IommuOp = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' };
const attach = (group = 0): IommuOp => ({ op: 'attach_group', domain: 0, group });
const enforce: IommuOp = { op: 'enforce_cache_coherency', domain: 0 };
const map: IommuOp = { op: 'iommu_map', domain: 0, iova: 0, pa: backing, size: page };
const unmap: IommuOp = { op: 'iommu_unmap', domain: 0, iova: 0, size: page };
const behind = (driver: DriverKind) => host({ iommus: [{ driver }] });
/** Device 0 behind an IOMMU with snoop control, device 1 behind one without. */
const mixed = host({
  iommus: [{ driver: 'intel' }, { driver: 'intel', snoopControl: false }],
  groups: [{}, {}],
  devices: [device(), device({ iommu: 1, group: 1 })],
});

const enforced = (h: ReturnType<typeof run>) => h.results.flatMap((r) => r.out?.['enforced'] ?? []);

test('Intel: once, for good', () => {
  const h = run([alloc, enforce, map, enforce]);
  expect(enforced(h)).toEqual([1, 1]);
  expect(h.world.slots.domain(0).stored?.forceSnooping.stored).toBe(true);
  h.exit();
});

test('Intel: not of a domain that has ever had mappings', () => {
  expect(enforced(run([alloc, map, enforce]))).toEqual([0]);
  expect(enforced(run([alloc, map, unmap, enforce]))).toEqual([0]);
});

test('Intel: not while a device without snoop control is attached', () => {
  expect(enforced(run([alloc, attach(0), attach(1), enforce], mixed))).toEqual([0]);
  expect(enforced(run([alloc, attach(0), enforce], mixed))).toEqual([1]);
});

test('Intel: a forced domain takes no device without snoop control', () => {
  const h = run([alloc, enforce, attach(0), attach(1)], mixed);
  expect(h.rets).toEqual([0, 0, 0, EINVAL]);
  const [, group] = h.world.groups;
  expect(group?.domain.stored).toBe(group?.defaultDomain.stored);
  expect(h.world.devices[1]?.rid.domain.stored).toBe(group?.defaultDomain.stored);
  h.exit();
});

test('AMD: always, mapped or not', () => {
  expect(enforced(run([alloc, map, enforce], behind('amd')))).toEqual([1]);
});

test('Arm has no such op', () => {
  expect(enforced(run([alloc, enforce], behind('arm')))).toEqual([0]);
});

test('the driver may refuse', () => {
  expect(enforced(run([alloc, refusing({ enforce: 0 }, enforce)]))).toEqual([0]);
});

test('no-snoop transactions are made coherent where the domain is forced', () => {
  const noSnoop = host({ devices: [device({ noSnoop: true })] });
  const dma: IommuOp = { op: 'dma_write', device: 0, iova: 0, noSnoop: true };
  const forced = run([alloc, enforce, attach(), map, dma], noSnoop);
  expect(forced.rets).toEqual([0, 0, 0, 0, 0]);
  expect(forced.results[4]?.out?.['unsnooped'] ?? 0).toBe(0);
});

test('up to 5.17 IOMMU_CACHE is the snoop bit, and there is nothing to enforce', () => {
  const snoops = (protection: number) => {
    const mapped = { ...map, prot: protection } as IommuOp;
    const h = run([alloc, attach(), mapped, enforce], host(), [cacheSnoops]);
    expect(enforced(h)).toEqual([0]);
    const root = h.world.slots.domain(0).stored?.root.stored ?? null;
    return leavesOf(root).map((l) => l.snoop);
  };
  expect(snoops(3)).toEqual([false]);
  expect(snoops(7)).toEqual([true]);
});

function leavesOf(table: PageTable | null): Leaf[] {
  if (table === null) return [];
  return table.touched().flatMap((index) => {
    const entry = table.at(index).stored;
    return entry instanceof Leaf ? [entry] : leavesOf(entry);
  });
}
