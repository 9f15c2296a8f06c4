// iommu_map, iommu_unmap and their like on each driver: results and effects from spec/iommu-core.md §2,
// §10 and §12.

import { expect, test } from 'vitest';
import {
  backing,
  device,
  host,
  page,
  program,
  realTables,
} from '../../../fuzz/scenarios/iommu/hosts.ts';
import { explore } from '../../../test/iommu/explore.ts';
import { type Call, refusing, run } from '../../../test/iommu/host.ts';
import type { DriverKind, IommuOp } from '../vocabulary/index.ts';

const ENOMEM = -12;
const EFAULT = -14;
const EEXIST = -17;
const ENODEV = -19;
const EINVAL = -22;
const ERANGE = -34;

const alloc: IommuOp = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' };
const attach: IommuOp = { op: 'attach_group', domain: 0, group: 0 };
const map = (at: number, pages: number, to = at, prot = 7): IommuOp => ({
  op: 'iommu_map',
  domain: 0,
  iova: at * page,
  pa: backing + to * page,
  size: pages * page,
  prot,
});
const unmap = (at: number, pages: number): IommuOp => ({
  op: 'iommu_unmap',
  domain: 0,
  iova: at * page,
  size: pages * page,
});
const look = (at: number): IommuOp => ({ op: 'iova_to_phys', domain: 0, iova: at * page });
const on = (driver: DriverKind) => host({ iommus: [{ driver }] });

/** Allocates the domain, makes the calls, lets everything be released; results without the first. */
function results(driver: DriverKind, ...calls: readonly (IommuOp | Call)[]) {
  const h = run([alloc, ...calls], on(driver));
  h.exit();
  return h.results.slice(1);
}
const rets = (driver: DriverKind, ...calls: readonly (IommuOp | Call)[]) =>
  results(driver, ...calls).map((r) => r.ret);
const sizeOf = (driver: DriverKind, ...calls: readonly (IommuOp | Call)[]) =>
  results(driver, ...calls).at(-1)?.out?.['size'];

test('a device reads and writes through a mapping, and faults without one', () => {
  const h = run([
    alloc,
    attach,
    map(0, 1, 0, 1),
    { op: 'dma_read', device: 0, iova: 16 },
    { op: 'dma_write', device: 0, iova: 16 },
    { op: 'dma_read', device: 0, iova: page },
    unmap(0, 1),
    { op: 'dma_read', device: 0, iova: 16 },
  ]);
  expect(h.rets).toEqual([0, 0, 0, 0, EFAULT, EFAULT, 0, EFAULT]);
  expect(h.results[3]?.out).toEqual({ pa: backing + 16 });
  h.exit();
});

test('what iommu_unmap_fast removed is used until the flush', () => {
  const read: IommuOp = { op: 'dma_read', device: 0, iova: 0 };
  const fast: IommuOp = { op: 'iommu_unmap_fast', domain: 0, iova: 0, size: page };
  const flush: IommuOp = { op: 'flush_iotlb_all', domain: 0 };
  const h = run([alloc, attach, map(0, 1), read, fast, read, look(0), flush, read], on('arm'));
  expect(h.rets).toEqual([0, 0, 0, 0, 0, 0, 0, 0, EFAULT]);
  expect(h.results[6]?.out).toEqual({ pa: 0 });
  h.exit();
});

test('errors of iommu_map, in order', () => {
  const half: IommuOp = { op: 'iommu_map', domain: 0, iova: 0, pa: backing, size: page / 2 };
  expect(rets('intel', half)).toEqual([EINVAL]);
  expect(rets('intel', { ...half, size: page, pa: backing + 1 })).toEqual([EINVAL]);
  expect(rets('intel', { ...half, size: page, iova: 1 })).toEqual([EINVAL]);
  // Size 0: the loop is not entered.
  expect(rets('intel', { ...half, size: 0 })).toEqual([0]);
  // Beyond the page table; without permissions.
  expect(rets('arm', map(64, 1))).toEqual([ERANGE]);
  expect(rets('arm', map(0, 1, 0, 4))).toEqual([EINVAL]);
});

test('a domain that is not paging: map -EINVAL, unmap 0 bytes', () => {
  const identity: IommuOp = { ...alloc, type: 'identity' };
  const h = run([identity, map(0, 1), unmap(0, 1), look(3)]);
  expect(h.rets).toEqual([0, EINVAL, 0, 0]);
  expect(h.results[2]?.out).toEqual({ size: 0 });
  expect(h.results[3]?.out).toEqual({ pa: 3 * page });
});

test('a driver without page sizes: -ENODEV', () => {
  const geometry = { ...host().geometry, leafLevels: [] };
  const h = run([alloc, map(0, 1), unmap(0, 1)], host({ geometry }));
  expect(h.rets).toEqual([0, ENODEV, 0]);
  expect(h.results[2]?.out).toEqual({ size: 0 });
});

test('a misaligned unmap removes nothing', () => {
  const odd: IommuOp = { op: 'iommu_unmap', domain: 0, iova: 0, size: page + 1 };
  expect(sizeOf('intel', map(0, 2), odd)).toBe(0);
});

test.each([
  ['intel', 0, 0],
  ['amd', 0, 5],
  ['arm', EEXIST, 0],
] as const)('%s: a map over a leaf returns %i', (driver, ret, to) => {
  const calls = results(driver, map(0, 1, 0), map(0, 1, 5), look(0));
  expect(calls[1]?.ret).toBe(ret);
  expect(calls[2]?.out).toEqual({ pa: backing + to * page });
});

// §12 S2: unmap [0, 12K) with a hole at 4K.
test.each([
  ['intel', 3],
  ['amd', 3],
  ['arm', 1],
] as const)('%s: an unmap with a hole removes %i pages', (driver, pages) => {
  expect(sizeOf(driver, map(0, 1), map(2, 1), unmap(0, 3))).toBe(pages * page);
});

test.each(['intel', 'amd', 'arm'] as const)('%s: no table, nothing to unmap', (driver) => {
  expect(sizeOf(driver, unmap(0, 1))).toBe(0);
});

test.each([
  ['intel', 4],
  ['amd', 4],
  ['arm', 0],
] as const)('%s: an unmap inside a 16K page removes %i pages', (driver, pages) => {
  expect(sizeOf(driver, map(0, 4), unmap(1, 1))).toBe(pages * page);
});

test('a map that fails in its second piece leaves nothing (§12 S1)', () => {
  const calls = results('intel', refusing({ map_pages: 1 }, map(3, 5)), look(3), look(4));
  expect(calls.map((c) => c.ret)).toEqual([ENOMEM, 0, 0]);
  expect(calls.slice(1).map((c) => c.out)).toEqual([{ pa: 0 }, { pa: 0 }]);
});

test('a map that cannot be made known is undone', () => {
  const caching = host({ iommus: [{ driver: 'intel', cachingMode: true }] });
  const h = run([alloc, refusing({ iotlb_sync_map: 0 }, map(0, 4)), look(0)], caching);
  expect(h.rets).toEqual([0, ENOMEM, 0]);
  expect(h.results[2]?.out).toEqual({ pa: 0 });
  h.exit();
});

test('iommu_map_sg: bytes, or an error and nothing (§12 S3)', () => {
  const segments = [0, 1, 5, 9].map((to) => ({ pa: backing + to * page, size: page }));
  const sg: IommuOp = { op: 'iommu_map_sg', domain: 0, iova: 0, segments };
  const whole = results('arm', sg, look(1), look(2), look(3));
  expect(whole[0]?.ret).toBe(4 * page);
  expect(whole.slice(1).map((c) => c.out?.['pa'])).toEqual(
    [1, 5, 9].map((n) => backing + n * page),
  );
  // The third of the three calls of the driver fails.
  const failed = results('arm', refusing({ map_pages: 2 }, sg), look(0), look(2));
  expect(failed[0]?.ret).toBe(ENOMEM);
  expect(failed.slice(1).map((c) => c.out?.['pa'])).toEqual([0, 0]);
});

test('real tables: 4K, 2M and 1G pages, each where it fits', () => {
  const h = run(
    [
      alloc,
      { op: 'iommu_map', domain: 0, iova: 0x1ff000, pa: 0x1ff000, size: 0x402000 },
      { op: 'iova_to_phys', domain: 0, iova: 0x3ff123 },
      { op: 'iommu_unmap', domain: 0, iova: 0x1ff000, size: 0x402000 },
      { op: 'iommu_map', domain: 0, iova: 0, pa: 0, size: 0x40201000 },
      { op: 'iommu_unmap', domain: 0, iova: 0, size: 0x40201000 },
    ],
    host({ geometry: realTables }),
  );
  expect(h.rets).toEqual([0, 0, 0, 0, 0, 0]);
  expect(h.results[2]?.out).toEqual({ pa: 0x3ff123 });
  expect(h.results[3]?.out).toEqual({ size: 0x402000 });
  expect(h.results[5]?.out).toEqual({ size: 0x40201000 });
  h.exit();
});

test('DMA API: an address from the top, gone after the unmap', () => {
  const top = 63 * page;
  const bound = host({ devices: [device({ kernelDriver: true })] });
  const calls = [
    { op: 'dma_map', device: 0, pa: backing + 8, size: 16 },
    { op: 'dma_write', device: 0, iova: top + 8 },
    { op: 'dma_unmap', device: 0, iova: top + 8, size: 16 },
    { op: 'dma_write', device: 0, iova: top + 8 },
    refusing({ iova: 0 }, { op: 'dma_map', device: 0, pa: backing, size: page }),
    refusing({ map_pages: 0 }, { op: 'dma_map', device: 0, pa: backing, size: page }),
    { op: 'dma_map', device: 0, pa: backing, size: page },
  ] as const;
  const h = run(calls, bound);
  expect(h.rets).toEqual([0, 0, 0, EFAULT, ENOMEM, ENOMEM, 0]);
  expect(h.results[0]?.out).toEqual({ iova: top + 8 });
  expect(h.results[6]?.out).toEqual({ iova: top });
  h.exit();
});

test('§12 S4: a map before the sync of the unmap is the caller’s mistake', () => {
  const fast: IommuOp = { op: 'iommu_unmap_fast', domain: 0, iova: 0, size: page };
  const { violations } = explore(program(host(), [alloc, map(0, 1)], [[fast, map(0, 1, 1)]]));
  expect(violations).toEqual(['broken-contract: map before the sync of an unmap']);
});

test('a page that is freed while it is mapped, or not yet synced, is the caller’s mistake', () => {
  const free: IommuOp = { op: 'page_free', pa: backing };
  const read: IommuOp = { op: 'dma_read', device: 0, iova: 0 };
  const fast: IommuOp = { op: 'iommu_unmap_fast', domain: 0, iova: 0, size: page };
  const setup = [alloc, attach, map(0, 1), read];
  const found = (...ops: IommuOp[]) => explore(program(host(), setup, [ops])).violations;
  expect(found(free)).toEqual(['broken-contract: page freed while mapped']);
  expect(found(fast, free)).toEqual(['broken-contract: page freed before the sync']);
  expect(found(fast, { op: 'iotlb_sync', domain: 0 }, free)).toEqual([]);
});

test('a look-up in a table that is being freed is the caller’s mistake', () => {
  const setup = [alloc, map(0, 4, 1)];
  const { violations } = explore(program(host(), setup, [[unmap(0, 4)], [look(1)]]));
  expect(violations).toEqual(['broken-contract: free_tables || iova_to_phys']);
});
