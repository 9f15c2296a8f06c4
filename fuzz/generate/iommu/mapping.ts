// Random programs that map: lawful in-kernel clients with devices that use what they map, and user
// space that asks type1 and iommufd for anything.

import fc from 'fast-check';
import type { IommuOp, IommuProgram } from '../../../engine/iommu/vocabulary/index.ts';
import { host, memory, page } from '../../scenarios/iommu/hosts.ts';
import { Client, clientOps } from './client.ts';
import { anyOf, dmaOps, hostOf, intents, iova, programOf, radix, refusals, size } from './hosts.ts';

/** Two clients with a domain each, one of them attached, and a device. */
const clients: fc.Arbitrary<IommuProgram> = fc
  .record({
    topology: hostOf(radix),
    first: intents(6),
    second: fc.option(intents(4), { nil: [] }),
    dma: dmaOps(1, 4),
    faults: refusals(['page_table', 'map_pages', 'iotlb_sync_map']),
  })
  .map(({ topology, first, second, dma, faults }) => {
    const setup: IommuOp[] = [
      { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' },
      { op: 'attach_group', domain: 0, group: 0 },
    ];
    if (second.length > 0)
      setup.push({ op: 'domain_alloc', domain: 1, device: 0, type: 'unmanaged' });
    const tasks = [clientOps(new Client(0), first), clientOps(new Client(1), second), dma];
    return programOf({ topology, setup, tasks, faults });
  });

const va = fc.nat({ max: 9 }).map((n) => memory + n * page);
const container = fc.constant(0);

const type1Op = anyOf(
  ['vfio_map_dma', { container, iova, va, size }],
  ['vfio_map_dma', { container, iova, va, size }],
  ['vfio_unmap_dma', { container, iova, size }],
  ['vfio_unmap_dma', { container, iova, size }],
  [
    'vfio_unmap_dma',
    { container, iova: fc.constant(0), size: fc.constant(0), flags: fc.constant(2) },
  ],
  ['vfio_group_close', { group: fc.constant(0) }],
  ['vfio_unset_container', { group: fc.constant(0) }],
  ['vfio_set_container', { group: fc.constant(0), container }],
  ['vfio_set_iommu', { container, type: fc.constant(3) }],
  ['vfio_get_device_fd', { device: fc.constant(0) }],
  ['vfio_close_device_fd', { device: fc.constant(0) }],
);

/** Threads of one process on one container, and the device that it has given itself. */
const type1: fc.Arbitrary<IommuProgram> = fc
  .record({
    driver: radix,
    ops: fc.array(fc.array(type1Op, { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 2,
    }),
    dma: dmaOps(1, 3),
    faults: refusals(['pin', 'page_table', 'attach_dev', 'kzalloc']),
  })
  .map(({ driver, ops, dma, faults }) =>
    programOf({
      topology: host({ iommus: [{ driver }], containers: [{ process: 0 }] }),
      setup: [
        { op: 'vfio_register', device: 0 },
        { op: 'vfio_group_open', group: 0 },
        { op: 'vfio_set_container', group: 0, container: 0 },
        { op: 'vfio_set_iommu', container: 0, type: 3 },
      ],
      tasks: [...ops, dma],
      faults,
    }),
  );

const ioas = fc.nat({ max: 1 });
const hwpt = fc.nat({ max: 1 });
const dev = fc.constant(0);

const iommufdOp = anyOf(
  ['ioas_map', { ioas, iova, va, size }],
  ['ioas_map', { ioas, iova, va, size }],
  ['ioas_unmap', { ioas, iova, size }],
  ['ioas_unmap', { ioas, iova, size }],
  ['ioas_alloc', { ioas }],
  ['ioas_destroy', { ioas }],
  ['hwpt_alloc', { hwpt, device: dev, ioas }],
  ['hwpt_destroy', { hwpt }],
  ['iommufd_attach', { device: dev, ioas }],
  ['iommufd_attach', { device: dev, hwpt }],
  ['iommufd_detach', { device: dev }],
);

const iommufd: fc.Arbitrary<IommuProgram> = fc
  .record({
    driver: radix,
    ops: fc.array(fc.array(iommufdOp, { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 2,
    }),
    dma: dmaOps(1, 3),
    faults: refusals(['pin', 'page_table', 'attach_dev', 'kzalloc']),
  })
  .map(({ driver, ops, dma, faults }) =>
    programOf({
      topology: host({ iommus: [{ driver }] }),
      setup: [
        { op: 'ioas_alloc', ioas: 0 },
        { op: 'iommufd_bind', device: 0 },
        { op: 'iommufd_attach', device: 0, ioas: 0 },
      ],
      tasks: [...ops, dma],
      faults,
    }),
  );

export const mapping: fc.Arbitrary<IommuProgram> = fc.oneof(clients, type1, iommufd);
