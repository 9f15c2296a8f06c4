import { expect, test } from 'vitest';
import { backing, host, memory, page } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { run } from '../../../test/iommu/host.ts';

const setup = [
  { op: 'vfio_register', device: 0 },
  { op: 'vfio_group_open', group: 0 },
  { op: 'vfio_set_container', group: 0, container: 0 },
  { op: 'vfio_set_iommu', container: 0, type: 3 },
] as const;
const topology = host({ containers: [{ process: 0 }] });

test('map, look, unmap', () => {
  const h = run(
    [
      ...setup,
      { op: 'vfio_map_dma', container: 0, iova: 0, va: memory, size: 2 * page },
      { op: 'vfio_unmap_dma', container: 0, iova: 0, size: 2 * page },
      { op: 'vfio_map_dma', container: 0, iova: 0, va: memory, size: 2 * page },
    ],
    topology,
  );
  expect(h.rets).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(h.world.page(backing).pins.stored).toBe(1);
  h.exit();
  expect(h.world.page(backing).pins.stored).toBe(0);
});
