// The IOVA allocator and the flush queue: spec/cookies.md §2, §7.9, §7.10.

import { expect, test } from 'vitest';
import { backing, device, host, page } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { run } from '../../../test/iommu/host.ts';
import { EFAULT } from '../../errno.ts';
import type { IommuOp } from '../vocabulary/index.ts';

const dmaMap = (size = page): IommuOp => ({ op: 'dma_map', device: 0, pa: backing, size });
const dmaUnmap = (iova: number): IommuOp => ({ op: 'dma_unmap', device: 0, iova, size: page });
/** A driver that uses the DMA API is bound. */
const bound = host({ devices: [device({ kernelDriver: true })] });
const iovas = (calls: readonly IommuOp[], on = bound) =>
  run(calls, on).results.map((r) => r.out?.['iova']);

test('from the limit down, aligned to the size', () => {
  expect(iovas([dmaMap(), dmaMap(), dmaMap(4 * page), dmaMap()])).toEqual([
    0x3f000, 0x3e000, 0x38000, 0x3d000,
  ]);
});

test('never the first page, nor a reserved region', () => {
  const reserved = [{ start: 0x3c000, size: 0x4000, kind: 'reserved' }] as const;
  const setup: IommuOp[] = [
    { op: 'domain_alloc', domain: 0, device: 0, type: 'dma' },
    { op: 'attach_group', domain: 0, group: 0 },
    { op: 'setup_dma_ops', device: 0 },
  ];
  const h = run(
    [...setup, { op: 'prepare_msi', device: 0, address: 0x1000 }],
    host({ devices: [device({ reserved })] }),
  );
  expect(h.results[3]?.out).toEqual({ address: 0x3b000 });
  h.exit();
});

test('initialised once; with other bounds -EFAULT', () => {
  const setup: IommuOp[] = [
    { op: 'domain_alloc', domain: 0, device: 0, type: 'dma' },
    { op: 'attach_group', domain: 0, group: 0 },
    { op: 'setup_dma_ops', device: 0 },
    { op: 'setup_dma_ops', device: 0 },
  ];
  expect(run(setup).rets).toEqual([0, 0, 0, 0]);
  const nowhere = host({ iommus: [{ driver: 'intel', aperture: { start: 0, end: 0xfff } }] });
  expect(run(setup, nowhere).rets).toEqual([0, 0, EFAULT, EFAULT]);
});

test('strict: free at once; with a flush queue: after the flush', () => {
  const free = [dmaMap(), dmaUnmap(0x3f000), dmaMap()];
  expect(iovas(free)).toEqual([0x3f000, undefined, 0x3f000]);
  const queued: IommuOp[] = [
    { op: 'set_group_type', group: 0, type: 'dmaFq' },
    ...free,
    { op: 'fq_timeout', group: 0 },
    dmaMap(),
  ];
  expect(iovas(queued)).toEqual([undefined, 0x3f000, undefined, 0x3e000, undefined, 0x3f000]);
});
