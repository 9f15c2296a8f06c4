// Transactions of devices: which domain, which permission, what is cached, and when it is not any more.

import { expect, test } from 'vitest';
import { backing, device, host, page } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { Host, run } from '../../../test/iommu/host.ts';
import type { IommuOp } from '../vocabulary/index.ts';

const EFAULT = -14;
const ENOMEM = -12;
const EINVAL = -22;

const alloc: IommuOp = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' };
const attach: IommuOp = { op: 'attach_group', domain: 0, group: 0 };
const detach: IommuOp = { op: 'detach_group', domain: 0, group: 0 };
const map: IommuOp = { op: 'iommu_map', domain: 0, iova: 0, pa: backing, size: page };
const unmap: IommuOp = { op: 'iommu_unmap', domain: 0, iova: 0, size: page };
const read: IommuOp = { op: 'dma_read', device: 0, iova: 8 };

test('an identity domain translates to the same address', () => {
  const h = run([{ ...read, iova: 5 * page }], host({ groups: [{ defaultDomain: 'identity' }] }));
  expect(h.results[0]).toEqual({ ret: 0, out: { pa: 5 * page } });
});

test('the default domain of the DMA API translates nothing that was not mapped', () => {
  expect(run([read]).rets).toEqual([EFAULT]);
});

test('a device uses its domain from attach to detach', () => {
  const h = run([alloc, map, read, attach, read, detach, read]);
  expect(h.rets).toEqual([0, 0, EFAULT, 0, 0, 0, EFAULT]);
  h.exit();
});

test('no-snoop goes past the caches where the device can and the domain does not force snooping', () => {
  const topology = host({ devices: [device({ noSnoop: true })] });
  const noSnoop: IommuOp = { op: 'dma_read', device: 0, iova: 8, noSnoop: true };
  const enforce: IommuOp = { op: 'enforce_cache_coherency', domain: 0 };
  const plain = run([alloc, attach, map, noSnoop, read], topology);
  expect(plain.results[3]?.out).toEqual({ pa: backing + 8, unsnooped: 1 });
  expect(plain.results[4]?.out).toEqual({ pa: backing + 8 });
  const forced = run([alloc, attach, enforce, map, noSnoop], topology);
  expect(forced.results[4]?.out).toEqual({ pa: backing + 8 });
  const amd = run([alloc, attach, map, noSnoop], { ...topology, iommus: [{ driver: 'amd' }] });
  expect(amd.results[3]?.out).toEqual({ pa: backing + 8 });
});

test('behind a virtio-iommu the device looks its mappings up', () => {
  const h = run([alloc, attach, map, read, unmap, read], host({ iommus: [{ driver: 'virtio' }] }));
  expect(h.rets).toEqual([0, 0, 0, 0, 0, EFAULT]);
  expect(h.results[3]?.out).toEqual({ pa: backing + 8 });
  h.exit();
});

test('a sync waits for the transaction that is in flight', () => {
  const h = new Host([alloc, attach, map, read, unmap]);
  for (const i of [0, 1, 2]) h.finish(i);
  // The read has its translation, and has not reached the page yet.
  h.until(3, 'dma_read', 'allocated');
  h.until(4, 'drain', 'transactions');
  expect(h.blocked(4)).toBe(true);
  expect(h.finish(3)).toEqual({ ret: 0, out: { pa: backing + 8 } });
  expect(h.blocked(4)).toBe(false);
  expect(h.finish(4)).toEqual({ ret: 0, out: { size: page } });
});

test('pages: who has one, and when it is free', () => {
  const on = (op: 'page_alloc' | 'page_free' | 'page_pin' | 'page_unpin') =>
    ({ op, pa: backing }) as const;
  const h = run([
    on('page_alloc'),
    on('page_pin'),
    on('page_free'),
    on('page_alloc'),
    on('page_free'),
    on('page_unpin'),
    on('page_pin'),
    on('page_alloc'),
    on('page_unpin'),
  ]);
  // Taken; pinned; given back, but pinned; not anybody's to give back; free; nothing to pin; got.
  expect(h.rets).toEqual([ENOMEM, 0, 0, ENOMEM, EINVAL, 0, EFAULT, 0, EINVAL]);
});
