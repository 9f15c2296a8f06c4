// Random programs on virtio-iommu: clients that map and attach, endpoints that come and go, a device
// that refuses.

import fc from 'fast-check';
import type {
  IommuOp,
  IommuProgram,
  IommuTopology,
  VirtioSpec,
} from '../../../engine/iommu/vocabulary/index.ts';
import { backing, device, host, page } from '../../scenarios/iommu/hosts.ts';
import { Client, clientOps } from './client.ts';
import { anyOf, dmaOps, intents, programOf, refusals, there } from './hosts.ts';

const group = fc.nat({ max: 1 });
const dev = fc.nat({ max: 1 });

const attachOps = (task: number): fc.Arbitrary<IommuOp[]> => {
  const domain = fc.constant(task);
  const owner = fc.constant(task + 1);
  return fc.array(
    anyOf(
      ['attach_group', { domain, group }],
      ['attach_group', { domain, group: fc.constant(0) }],
      ['detach_group', { domain, group }],
      ['replace_domain', { domain, group }],
      ['domain_free', { domain }],
      ['domain_alloc', { domain, device: dev, type: fc.constantFrom('unmanaged', 'identity') }],
      ['claim_group', { group, owner }],
      ['release_group', { group, owner }],
      ['remove_device', { device: dev }],
      ['probe_device', { device: dev }],
    ),
    { maxLength: 3 },
  );
};

const spec: fc.Arbitrary<VirtioSpec> = fc.constantFrom<VirtioSpec>(
  {},
  {},
  { bypassConfig: true },
  { bypassConfig: true, firstDomain: 1 },
  { noSharing: true },
  { mmio: true },
);

/** Few ids: for hosts that have no domains at boot. */
const narrow: fc.Arbitrary<VirtioSpec> = fc.constantFrom<VirtioSpec>(
  { firstDomain: 1, lastDomain: 1 },
  { lastDomain: 1 },
  { bypassConfig: true, firstDomain: 5, lastDomain: 5 },
  { bypassConfig: true, firstDomain: 5, lastDomain: 6 },
);

const region = (at: number) => [{ start: at * page, size: page, kind: 'reserved' as const }];
const direct = [{ start: 2 * page, size: page, kind: 'direct' as const }];

/** Two devices; by what they, their groups and their IOMMUs differ. */
const hosts: readonly ((virtio: VirtioSpec) => Partial<IommuTopology>)[] = [
  () => ({ groups: [{}, {}], devices: [device(), device({ group: 1 })] }),
  () => ({ groups: [{}, {}], devices: [device(), device({ group: 1 })] }),
  () => ({ devices: [device(), device()] }),
  () => ({ devices: [device({ ids: 2 })] }),
  () => ({
    groups: [{ defaultDomain: 'identity' }, {}],
    devices: [device(), device({ group: 1 })],
  }),
  () => ({
    groups: [{}, {}],
    devices: [device({ reserved: region(9) }), device({ group: 1, reserved: region(11) })],
  }),
  () => ({ devices: [device({ reserved: direct }), device({ unplugged: true })] }),
  () => ({ devices: [device({ unplugged: true })] }),
  (virtio) => ({
    iommus: [
      { driver: 'virtio', virtio },
      { driver: 'virtio', virtio },
    ],
    groups: [{}, {}],
    devices: [device(), device({ group: 1, iommu: 1 })],
  }),
  (virtio) => ({
    iommus: [{ driver: 'virtio', virtio, aperture: { start: 0, end: 4 * page - 1 } }],
    devices: [device()],
  }),
];

/** Mixes the calls of one client: attaches before, among and after what it maps. */
const mixed = (attaches: readonly IommuOp[], maps: readonly IommuOp[]): IommuOp[] => {
  const [first, ...rest] = attaches;
  const half = Math.floor(maps.length / 2);
  const [second, ...later] = rest;
  return [
    ...(first === undefined ? [] : [first]),
    ...maps.slice(0, half),
    ...(second === undefined ? [] : [second]),
    ...maps.slice(half),
    ...later,
  ];
};

const alloc = (
  domain: number,
  by: number,
  type: 'unmanaged' | 'identity' = 'unmanaged',
): IommuOp => ({ op: 'domain_alloc', domain, device: by, type });

/** The first domain is attached already or not; identity domains and others may come and go. */
const setups: readonly (readonly IommuOp[])[] = [
  [],
  [],
  [{ op: 'attach_group', domain: 0, group: 0 }],
  [{ op: 'attach_group', domain: 0, group: 0 }],
];

/** A second domain, mapped or not. */
const targets: readonly (readonly IommuOp[])[] = [
  [],
  [{ op: 'iommu_map', domain: 1, iova: 0, pa: backing + 0x80000, size: page }],
];

const calls: fc.Arbitrary<IommuProgram> = fc
  .record({
    spec,
    parts: fc.constantFrom(...hosts),
    before: fc.constantFrom(...setups),
    mapped: fc.constantFrom(...targets),
    type: fc.constantFrom('unmanaged' as const, 'unmanaged' as const, 'identity' as const),
    by: fc.nat({ max: 1 }),
    first: attachOps(0),
    maps: intents(5),
    second: attachOps(1),
    dma: fc.option(dmaOps(2, 2), { nil: [] }),
    faults: refusals(['virtio_attach', 'virtio_map', 'virtio_len0', 'kzalloc']),
  })
  .map((r) => {
    const parts = r.parts(r.spec);
    // Devices of one group must be able to share a domain.
    const virtioSpec = r.spec.noSharing === true && parts.groups === undefined ? {} : r.spec;
    const topology = host({ iommus: [{ driver: 'virtio', virtio: virtioSpec }], ...parts });
    const mine = there(topology);
    const by = Math.min(r.by, topology.devices.length - 1);
    const maps = clientOps(new Client({ domain: 0, device: 0 }), r.maps);
    return programOf({
      topology,
      setup: [
        alloc(0, 0),
        alloc(1, by, r.type),
        ...(r.type === 'identity' ? [] : r.mapped),
        ...r.before,
      ],
      tasks: [mixed(r.first, maps), r.second, r.dma].map((ops) => ops.filter(mine)),
      faults: r.faults,
    });
  });

/** Two threads of one client map, each its own pages, while a third attaches and detaches. */
const threads: fc.Arbitrary<IommuProgram> = fc
  .record({
    first: intents(3),
    second: intents(3),
    attaches: fc.array(
      anyOf(
        ['attach_group', { domain: fc.constant(0), group }],
        ['detach_group', { domain: fc.constant(0), group }],
      ),
      { maxLength: 2 },
    ),
    before: fc.constantFrom(...setups),
    faults: refusals(['virtio_attach', 'virtio_map', 'virtio_len0', 'kzalloc']),
  })
  .map((r) =>
    programOf({
      topology: host({
        iommus: [{ driver: 'virtio', virtio: {} }],
        groups: [{}, {}],
        devices: [device(), device({ group: 1 })],
      }),
      setup: [alloc(0, 0), ...r.before],
      tasks: [
        clientOps(new Client({ domain: 0, lane: 0 }), r.first),
        clientOps(new Client({ domain: 0, lane: 1 }), r.second),
        r.attaches,
      ],
      faults: r.faults,
    }),
  );

/** Domains that come and go where nothing is allocated at first. */
const lifeOps = (task: number): fc.Arbitrary<IommuOp[]> => {
  const domain = fc.constant(task);
  const type = fc.constantFrom('unmanaged', 'unmanaged', 'identity');
  return fc.array(
    anyOf(
      ['domain_alloc', { domain, device: fc.constant(0), type }],
      ['domain_alloc', { domain, device: fc.constant(0), type }],
      ['domain_free', { domain }],
      ['iommu_unmap', { domain, iova: fc.constant(0), size: fc.constant(page) }],
    ),
    { minLength: 1, maxLength: 4 },
  );
};

const lifes: fc.Arbitrary<IommuProgram> = fc
  .record({
    spec: fc.oneof(narrow, spec),
    first: lifeOps(0),
    second: fc.option(lifeOps(1), { nil: [], freq: 1 }),
    faults: refusals(['kzalloc']),
  })
  .map(({ spec: virtio, first, second, faults }) =>
    programOf({
      topology: host({
        iommus: [{ driver: 'virtio', virtio }],
        devices: [device({ unplugged: true })],
      }),
      setup: [],
      tasks: [first, second],
      faults,
    }),
  );

export const virtio: fc.Arbitrary<IommuProgram> = fc.oneof(
  { arbitrary: calls, weight: 4 },
  { arbitrary: threads, weight: 1 },
  { arbitrary: lifes, weight: 1 },
);
