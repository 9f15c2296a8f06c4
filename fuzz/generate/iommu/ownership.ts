// Random programs about who owns a group: in-kernel owners and buses, domains that are attached and
// replaced, devices that come and go, VFIO groups and virtual machines.

import fc from 'fast-check';
import type {
  IommuOp,
  IommuProgram,
  IommuTopology,
} from '../../../engine/iommu/vocabulary/index.ts';
import { backing, device, host, memory, page } from '../../scenarios/iommu/hosts.ts';
import * as t from '../../scenarios/iommu/type1Parts.ts';
import { anyOf, lists, programOf, radix, refusals, there } from './hosts.ts';

const group = fc.nat({ max: 1 });
const dev = fc.nat({ max: 2 });

/** Each owner maps one page of its own, once. */
const pageOf = (task: number) => ({
  iova: fc.constant(task * page),
  pa: fc.constant(backing + task * page),
  size: fc.constant(page),
});

const mapsOnce = (ops: readonly IommuOp[]): IommuOp[] =>
  ops.filter((op, i) => op.op !== 'iommu_map' || ops.findIndex((o) => o.op === op.op) === i);

/** Calls of one owner: its own number, its own domain. */
const ownerOps = (task: number): fc.Arbitrary<IommuOp[]> => {
  const owner = fc.constant(task + 1);
  const domain = fc.constant(task);
  return fc
    .array(
      anyOf(
        ['claim_group', { group, owner }],
        ['release_group', { group, owner }],
        ['claim_device', { device: dev, owner }],
        ['release_device', { device: dev, owner }],
        ['attach_group', { domain, group }],
        ['detach_group', { domain, group }],
        ['replace_domain', { domain, group }],
        ['enforce_cache_coherency', { domain }],
        ['use_default_domain', { device: dev }],
        ['unuse_default_domain', { device: dev }],
        ['probe_device', { device: dev }],
        ['probe_device', { device: dev, bus: fc.constant(true) }],
        ['remove_device', { device: dev }],
        ['attach_device', { domain, device: dev }],
        ['detach_device', { domain, device: dev }],
        ['dma_read', { device: dev, iova: fc.constant(0) }],
        ['dma_write', { device: dev, iova: fc.constant(0), noSnoop: fc.constant(true) }],
        ['iommu_map', { domain, ...pageOf(task) }],
        // Two threads of the owner of domain 0; nobody frees it.
        ['iommu_map', { domain: fc.constant(0), ...pageOf(task) }],
        ['enforce_cache_coherency', { domain: fc.constant(0) }],
        ['attach_group', { domain: fc.constant(0), group }],
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map(mapsOnce);
};

/** Groups of two devices and of one; the last device of all may be plugged in later. */
const owners: fc.Arbitrary<IommuProgram> = fc
  .record({
    driver: radix,
    unplugged: fc.boolean(),
    snoopControl: fc.boolean(),
    first: ownerOps(0),
    second: ownerOps(1),
    faults: refusals(['attach_dev', 'domain_alloc', 'kzalloc', 'probe_device']),
  })
  .map(({ driver, unplugged, snoopControl, first, second, faults }) =>
    programOf({
      topology: host({
        iommus: [{ driver }, { driver, ...(snoopControl ? {} : { snoopControl: false as const }) }],
        groups: [{}, {}],
        devices: [
          device(),
          device(unplugged ? { unplugged: true } : {}),
          device({ group: 1, iommu: 1 }),
        ],
      }),
      setup: [0, 1].map((slot) => ({
        op: 'domain_alloc',
        domain: slot,
        device: slot === 0 ? 0 : 2,
        type: 'unmanaged',
      })),
      tasks: [first, second],
      faults,
    }),
  );

const vfioGroup = fc.nat({ max: 1 });
const container = fc.constant(0);
const kvm = fc.constant(0);

const userOp = anyOf(
  ['vfio_register', { device: vfioGroup }],
  ['vfio_group_open', { group: vfioGroup }],
  ['vfio_group_close', { group: vfioGroup }],
  ['vfio_set_container', { group: vfioGroup, container }],
  ['vfio_set_container', { group: vfioGroup, container: fc.nat({ max: 1 }) }],
  ['vfio_unset_container', { group: vfioGroup }],
  ['vfio_set_iommu', { container, type: fc.constant(3) }],
  ['vfio_get_device_fd', { device: vfioGroup }],
  ['vfio_close_device_fd', { device: vfioGroup }],
  ['vfio_close_container', { container }],
  [
    'vfio_map_dma',
    { container, iova: fc.constant(0), va: fc.constant(memory), size: fc.constant(page) },
  ],
  ['kvm_file_add', { kvm, group: vfioGroup }],
  ['kvm_file_add', { kvm, group: fc.constant(0) }],
  ['kvm_file_del', { kvm, group: vfioGroup }],
  ['guest_wbinvd', { kvm }],
  ['use_default_domain', { device: vfioGroup }],
  ['unuse_default_domain', { device: vfioGroup }],
);

const unforced = { driver: 'intel', snoopControl: false } as const;
const noSnoop = { noSnoop: true } as const;
const two = { groups: [{}, {}] };
const behind = (first: object, second: object) => [device(first), device(second)];

/** A group whose devices differ: who looks at those that are bound does not see what a container has. */
const unlike: Partial<IommuTopology> = {
  iommus: [{ driver: 'intel' }, unforced],
  devices: behind(noSnoop, { iommu: 1, ...noSnoop }),
};

/** Two devices in one group or two, by what VFIO asks of them. */
const hosts: readonly Partial<IommuTopology>[] = [
  { ...two, devices: behind(noSnoop, { group: 1, iommu: 1, ...noSnoop }) },
  {
    ...two,
    iommus: [{ driver: 'intel' }, unforced],
    devices: behind(noSnoop, { group: 1, iommu: 1, ...noSnoop }),
  },
  { iommus: [unforced], devices: [device(noSnoop)] },
  {
    iommus: [{ driver: 'amd' }, { driver: 'amd', isolatedMsi: false }],
    devices: behind({}, { iommu: 1 }),
  },
  { ...two, devices: behind({ emulated: true }, { group: 1, emulated: true }) },
  { ...two, devices: behind({}, { group: 1, emulated: true }) },
  { iommus: [{ driver: 'arm', coherentWalk: false }] },
];

const setups: readonly (readonly IommuOp[])[] = [
  [],
  t.opened(0),
  t.opened(0),
  [...t.opened(0), t.join(0)],
  t.ready(0),
  t.ready(0),
  [...t.ready(0), ...t.opened(1)],
  [...t.ready(0), ...t.opened(1), t.join(1), t.deviceFd(1)],
];

/** Threads of one process with VFIO groups, and a virtual machine. */
const users: fc.Arbitrary<IommuProgram> = fc
  .record({
    parts: fc.constantFrom(...hosts),
    before: fc.constantFrom(...setups),
    ops: lists(userOp, 2, 4),
    faults: refusals(['attach_dev', 'domain_alloc', 'kzalloc']),
  })
  .map(({ parts, before, ops, faults }) => {
    const topology = host({
      iommus: [{ driver: 'intel' }, { driver: 'intel' }],
      containers: [{ process: 0 }, { process: 0 }],
      kvms: 1,
      ...parts,
    });
    const mine = there(topology);
    return programOf({
      topology,
      setup: before.filter(mine),
      tasks: ops.map((list) => list.filter(mine)),
      faults,
    });
  });

/** Groups that devices are bound in while a virtual machine has them; none is in a container. */
const bound: fc.Arbitrary<IommuProgram> = fc
  .record({
    parts: fc.constantFrom(unlike, {}, { iommus: [unforced] }),
    ops: lists(
      anyOf(
        ['vfio_register', { device: vfioGroup }],
        ['vfio_register', { device: fc.constant(1) }],
        ['vfio_unregister', { device: vfioGroup }],
        ['vfio_group_close', { group: fc.constant(0) }],
        ['kvm_file_add', { kvm, group: fc.constant(0) }],
        ['kvm_file_add', { kvm, group: fc.constant(0) }],
        ['kvm_file_del', { kvm, group: fc.constant(0) }],
        ['guest_wbinvd', { kvm }],
      ),
      2,
      3,
    ),
  })
  .map(({ parts, ops }) => {
    const topology = host({
      devices: behind({}, {}),
      containers: [{ process: 0 }],
      kvms: 1,
      ...parts,
    });
    const faults = { budget: 0, sites: [] };
    return programOf({ topology, setup: t.opened(0), tasks: ops, faults });
  });

export const ownership: fc.Arbitrary<IommuProgram> = fc.oneof(
  { arbitrary: owners, weight: 3 },
  { arbitrary: users, weight: 3 },
  { arbitrary: bound, weight: 1 },
);
