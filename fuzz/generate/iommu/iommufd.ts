// Random programs of iommufd: threads of one process that map, attach and destroy what they like, with
// one device, two of a group, or two groups.

import fc from 'fast-check';
import type {
  IommuOp,
  IommuProgram,
  IommuTopology,
} from '../../../engine/iommu/vocabulary/index.ts';
import { device, host, memory, page } from '../../scenarios/iommu/hosts.ts';
import { anyOf, dmaOps, iova, lists, programOf, radix, refusals, size, there } from './hosts.ts';

const ioas = fc.nat({ max: 1 });
const hwpt = fc.nat({ max: 2 });
const dev = fc.nat({ max: 1 });
const va = fc.nat({ max: 9 }).map((n) => memory + n * page);
const fromIova = iova;
const from = fc.constantFrom(0, 0, 1);

const mapOp = anyOf(
  ['ioas_map', { ioas, iova, va, size }],
  ['ioas_map', { ioas: fc.constant(0), iova, va, size }],
  ['ioas_unmap', { ioas, iova, size }],
  ['ioas_unmap', { ioas: fc.constant(0), iova, size }],
  ['ioas_unmap', { ioas, iova: fc.constant(0), size: fc.constantFrom(8 * page, 2 ** 64 - page) }],
  ['ioas_unmap', { ioas, iova, size, cut: fc.constant(true) }],
  ['ioas_copy', { ioas, from, iova, fromIova, size }],
  ['ioas_map', { ioas, iova, va, size, flags: fc.constantFrom(3, 5, 6) }],
);

/** Places that are far away, and sizes that do not fit. */
const edgeOp = anyOf(
  ['ioas_map', { ioas, iova: fc.constant(2 ** 63), va, size }],
  [
    'ioas_map',
    {
      ioas,
      iova: fc.constant(0),
      va: fc.constantFrom(0, 2 ** 64 - 2 ** 14),
      size: fc.constantFrom(2 ** 15, 2 ** 62 + 2 ** 61),
      flags: fc.constantFrom(6, 7),
    },
  ],
);

const hwptOp = anyOf(
  ['hwpt_alloc', { hwpt, device: dev, ioas }],
  ['hwpt_alloc', { hwpt, device: dev, ioas, flags: fc.constantFrom(1, 2, 4, 5) }],
  ['hwpt_alloc', { hwpt, device: dev, parent: hwpt }],
  ['hwpt_destroy', { hwpt }],
  ['iommufd_attach', { device: dev, ioas }],
  ['iommufd_attach', { device: dev, hwpt }],
  ['iommufd_attach', { device: dev, hwpt }],
  ['iommufd_detach', { device: dev }],
);

const objectOp = anyOf(
  ['ioas_alloc', { ioas }],
  ['ioas_alloc', { ioas, smallPages: fc.constant(true) }],
  ['ioas_destroy', { ioas }],
  ['iommufd_bind', { device: dev }],
  ['iommufd_unbind', { device: dev }],
  ['claim_group', { group: fc.constant(0), owner: fc.constant(1) }],
  ['release_group', { group: fc.constant(0), owner: fc.constant(1) }],
);

const deviceOp = anyOf(
  ['page_request', { device: dev }],
  ['fault_respond', { hwpt, device: dev }],
  ['prepare_msi', { device: dev, address: fc.constantFrom(0xfee00000, 0xfee01000) }],
);

const weighted = (maps: number, hwpts: number, devices: number) =>
  fc.oneof(
    { arbitrary: mapOp, weight: maps },
    { arbitrary: hwptOp, weight: hwpts },
    { arbitrary: deviceOp, weight: devices },
    { arbitrary: objectOp, weight: 2 },
    { arbitrary: edgeOp, weight: 1 },
  );
const op = fc.constantFrom(weighted(8, 2, 0), weighted(4, 5, 0), weighted(2, 6, 4));

const reserved = [{ start: 0x10000, size: page, kind: 'reserved' }] as const;
const window = [{ start: 0x8000, size: 4 * page, kind: 'swMsi' }] as const;
const two = { groups: [{}, {}] };

const hosts: readonly Partial<IommuTopology>[] = [
  {},
  {},
  { devices: [device(), device()] },
  { devices: [device(), device()] },
  { ...two, devices: [device(), device({ group: 1 })] },
  { devices: [device({ reserved })] },
  { devices: [device({ reserved: window })] },
  { ...two, devices: [device({ reserved: window }), device({ group: 1, reserved: window })] },
];

const alloc = (n: number, more: object = {}): IommuOp => ({ op: 'ioas_alloc', ioas: n, ...more });
const hwpts = (at: number, to: number, more: object = {}): IommuOp => ({
  op: 'hwpt_alloc',
  hwpt: at,
  device: 0,
  ioas: to,
  ...more,
});
const attachAll = (devices: number, to: object): IommuOp[] =>
  Array.from({ length: devices }, (_, i) => ({ op: 'iommufd_attach', device: i, ...to }));
const map = (at: number, pages: number): IommuOp => ({
  op: 'ioas_map',
  ioas: 0,
  iova: at * page,
  va: memory + at * page,
  size: pages * page,
});

/** What there is at first, after the devices were bound. */
const setups: readonly ((devices: number) => readonly IommuOp[])[] = [
  () => [],
  (n) => attachAll(n, { ioas: 0 }),
  (n) => [...attachAll(n, { ioas: 0 }), map(0, 2), map(4, 1)],
  () => [map(1, 1)],
  () => [hwpts(0, 0)],
  () => [hwpts(0, 0), hwpts(1, 0)],
  (n) => [hwpts(0, 0), hwpts(1, 0), ...attachAll(n, { hwpt: 0 }), map(0, 2)],
  (n) => [alloc(1), hwpts(0, 0), hwpts(1, 0), hwpts(2, 1), ...attachAll(n, { hwpt: 0 })],
  (n) => [hwpts(0, 0, { flags: 4 }), hwpts(1, 0, { flags: 4 }), ...attachAll(n, { hwpt: 0 })],
  () => [hwpts(0, 0, { flags: 1 }), { op: 'hwpt_alloc', hwpt: 1, device: 0, parent: 0 }],
];

export const iommufd: fc.Arbitrary<IommuProgram> = op
  .chain((one) =>
    fc.record({
      driver: radix,
      parts: fc.constantFrom(...hosts),
      small: fc.boolean(),
      before: fc.constantFrom(...setups),
      ops: lists(one, 2, 4),
      dma: fc.option(dmaOps(1, 2), { nil: [] }),
      faults: refusals(['pin', 'page_table', 'map_pages', 'attach_dev', 'kzalloc', 'domain_alloc']),
    }),
  )
  .map(({ driver, parts, small, before, ops, dma, faults }) => {
    const topology = host({ iommus: [{ driver }], ...parts });
    const { length } = topology.devices;
    const bind = topology.devices.map((_, i): IommuOp => ({ op: 'iommufd_bind', device: i }));
    return programOf({
      topology,
      setup: [alloc(0, small ? { smallPages: true } : {}), ...bind, ...before(length)],
      tasks: [...ops.map((list) => list.filter(there(topology))), dma],
      faults,
    });
  });
