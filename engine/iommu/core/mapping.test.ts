// iommu_map, iommu_unmap and their like on each driver: results and effects from spec/iommu-core.md §2
// and §10.

import { expect, test } from 'vitest';
import { backing, host, page } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { run } from '../../../test/iommu/host.ts';

test('a device reads and writes through a mapping, and faults without one', () => {
  const h = run([
    { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' },
    { op: 'attach_group', domain: 0, group: 0 },
    { op: 'iommu_map', domain: 0, iova: 0, pa: backing, size: page, prot: 1 },
    { op: 'dma_read', device: 0, iova: 16 },
    { op: 'dma_write', device: 0, iova: 16 },
    { op: 'dma_read', device: 0, iova: page },
    { op: 'iommu_unmap', domain: 0, iova: 0, size: page },
    { op: 'dma_read', device: 0, iova: 16 },
  ]);
  expect(h.rets).toEqual([0, 0, 0, 0, -14, -14, 0, -14]);
  expect(h.results[3]?.out).toEqual({ pa: backing + 16 });
  h.exit();
});

test('what iommu_unmap_fast removed is used until the flush', () => {
  const h = run(
    [
      { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' },
      { op: 'attach_group', domain: 0, group: 0 },
      { op: 'iommu_map', domain: 0, iova: 0, pa: backing, size: page },
      { op: 'dma_read', device: 0, iova: 0 },
      { op: 'iommu_unmap_fast', domain: 0, iova: 0, size: page },
      { op: 'dma_read', device: 0, iova: 0 },
      { op: 'iova_to_phys', domain: 0, iova: 0 },
      { op: 'flush_iotlb_all', domain: 0 },
      { op: 'dma_read', device: 0, iova: 0 },
    ],
    host({ iommus: [{ driver: 'arm' }] }),
  );
  expect(h.rets).toEqual([0, 0, 0, 0, 0, 0, 0, 0, -14]);
  expect(h.results[6]?.out).toEqual({ pa: 0 });
  h.exit();
});
