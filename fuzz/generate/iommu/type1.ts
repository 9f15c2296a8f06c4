// Random programs of VFIO type1: threads of one process or two on one container, devices behind it,
// mediated devices. User space is hostile.

import fc from 'fast-check';
import type {
  DriverKind,
  IommuOp,
  IommuProgram,
  IommuTopology,
} from '../../../engine/iommu/vocabulary/index.ts';
import { device, memory, page, realTables } from '../../scenarios/iommu/hosts.ts';
import * as t from '../../scenarios/iommu/type1Parts.ts';
import { anyOf, dmaOps, iova, lists, programOf, radix, refusals, size, there } from './hosts.ts';

const container = fc.constant(0);
const group = fc.nat({ max: 1 });
const va = fc.nat({ max: 9 }).map((n) => memory + n * page);
const flags = fc.constantFrom<number>(3, 3, 3, 1, 2, 4);
const dirtyFlags = fc.constantFrom(1, 1, 2, 4, 4, 4);

/** The last page that an address can name. */
const last = 2 ** 64 - page;

const mapOp = anyOf(
  ['vfio_map_dma', { container, iova, va, size, flags }],
  ['vfio_map_dma', { container, iova, va, size }],
  ['vfio_unmap_dma', { container, iova, size }],
  ['vfio_unmap_dma', { container, iova, size }],
  ['vfio_unmap_dma', { container, iova, size, flags: fc.constantFrom(0, 1, 4) }],
  [
    'vfio_unmap_dma',
    { container, iova: fc.constant(0), size: fc.constant(0), flags: fc.constantFrom(2, 6) },
  ],
);

const groupOp = anyOf(
  ['vfio_group_open', { group }],
  ['vfio_group_close', { group }],
  ['vfio_unset_container', { group }],
  ['vfio_set_container', { group, container }],
  ['vfio_set_container', { group: fc.constant(1), container }],
  ['vfio_set_iommu', { container, type: fc.constantFrom(3, 3, 1, 6) }],
  ['vfio_get_device_fd', { device: group }],
  ['vfio_close_device_fd', { device: group }],
  ['vfio_close_container', { container }],
);

const lookOp = anyOf(
  ['vfio_check_extension', { container, extension: fc.constantFrom(1, 3, 4, 6, 9) }],
  ['vfio_get_info', { container }],
  ['vfio_pin_pages', { container, iova }],
  ['vfio_pin_pages', { container, iova }],
  ['vfio_unpin_pages', { container, iova }],
  ['exec', {}],
);

const dirtyOp = anyOf([
  'vfio_dirty_pages',
  { container, flags: dirtyFlags, iova: fc.constant(0), size: fc.constantFrom(page, 8 * page) },
]);

const lastPage = anyOf(
  ['vfio_map_dma', { container, iova: fc.constant(last), va, size: fc.constant(page) }],
  ['vfio_unmap_dma', { container, iova: fc.constant(last), size: fc.constant(page) }],
);

const many = <T>(arbitrary: fc.Arbitrary<T>, weight: number) => ({ arbitrary, weight });
const anything = fc.oneof(many(mapOp, 5), many(groupOp, 3), many(lookOp, 2), many(dirtyOp, 1));
const mapping = fc.oneof(many(mapOp, 6), many(groupOp, 1), many(lookOp, 2));
const tracking = fc.oneof(many(mapOp, 2), many(groupOp, 1), many(dirtyOp, 4));

interface Host {
  readonly topology: IommuTopology;
  readonly setup: readonly IommuOp[];
}

const plain = t.one().processes[0] as IommuTopology['processes'][number];
const unlike = (driver: DriverKind) => ({
  iommus: [{ driver }, { driver: 'intel' as const, snoopControl: false as const }],
});

const hosts: readonly ((driver: DriverKind) => Host)[] = [
  (driver) => ({ topology: t.one({ iommus: [{ driver }] }), setup: t.ready() }),
  (driver) => ({
    topology: t.one({ iommus: [{ driver }], processes: [{ ...plain, memlockPages: 2 }] }),
    setup: t.ready(),
  }),
  (driver) => ({
    topology: t.one({ iommus: [{ driver }], processes: [plain, plain] }),
    setup: t.ready(),
  }),
  (driver) => ({
    topology: t.two(unlike(driver), { iommu: 1 }),
    setup: [...t.ready(), ...t.opened(1), t.join(1)],
  }),
  (driver) => ({
    topology: t.two(unlike(driver), { iommu: 1 }),
    setup: [...t.ready(), ...t.opened(1)],
  }),
  (driver) => ({
    topology: t.two(
      { iommus: [{ driver }] },
      { reserved: [{ start: 4 * page, size: page, kind: 'reserved' }] },
    ),
    setup: [...t.ready(), ...t.opened(1)],
  }),
  (driver) => ({
    topology: t.mediated({ iommus: [{ driver }] }),
    setup: [...t.mediatedReady, ...t.opened(0)],
  }),
  (driver) => ({
    topology: t.mediated({ iommus: [{ driver }] }),
    setup: [...t.mediatedReady, ...t.opened(0), t.join(0)],
  }),
];

/** Threads; with two processes, each has one. */
function threads({ topology, setup }: Host, op: fc.Arbitrary<IommuOp>) {
  return fc
    .record({
      maps: fc.constantFrom(
        [],
        [],
        [t.map(0)],
        [t.map(0), t.map(4)],
        [t.map(0), t.map(1), t.map(2)],
      ),
      log: fc.boolean(),
      ops: lists(op, 2, 3),
      dma: fc.option(dmaOps(1, 2), { nil: [] }),
      faults: refusals(['pin', 'page_table', 'map_pages', 'attach_dev', 'kzalloc', 'bitmap']),
    })
    .map(({ maps, log, ops, dma, faults }) =>
      programOf({
        topology,
        setup: [...setup, ...maps, ...(log && op === tracking ? [t.dirty(1)] : [])],
        tasks: [...ops.map((list) => list.filter(there(topology))), dma],
        faults,
        processes: [0, topology.processes.length - 1],
      }),
    );
}

const on = (op: fc.Arbitrary<IommuOp>) =>
  fc
    .tuple(radix, fc.constantFrom(...hosts))
    .chain(([driver, hostOn]) => threads(hostOn(driver), op));

/** More than 64 bits of IOVA: the last page there is. */
const wide: fc.Arbitrary<IommuProgram> = fc
  .record({ ops: lists(fc.oneof(lastPage, lastPage, mapOp), 2, 3) })
  .map(({ ops }) =>
    programOf({
      topology: t.one({ geometry: { ...realTables, levels: 6 }, devices: [device()] }),
      setup: t.ready(),
      tasks: ops,
      faults: { budget: 0, sites: [] },
    }),
  );

export const type1: fc.Arbitrary<IommuProgram> = fc.oneof(
  many(on(anything), 5),
  many(on(mapping), 5),
  many(wide, 1),
);

export const type1Dirty: fc.Arbitrary<IommuProgram> = on(tracking);
