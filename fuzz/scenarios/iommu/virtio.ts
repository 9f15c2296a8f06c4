// Scenarios of virtio-iommu: each invariant of spec/virtio-domain.md §9, each defect and difference
// of §10 as the smallest program that shows it.

import type { IommuOp, VirtioSpec } from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { device, host, page, program } from './hosts.ts';
import { virtioRaces } from './virtioRaces.ts';
import {
  alloc,
  attach,
  complete,
  everywhere,
  free,
  identity,
  lookUp,
  map,
  one,
  oneGroup,
  pair,
  queued,
  replace,
  twoInstances,
  unfinalised,
  unmap,
} from './virtioHosts.ts';

const claim: IommuOp = { op: 'claim_group', group: 0, owner: 1 };
const release: IommuOp = { op: 'release_group', group: 0, owner: 1 };
const unplug = (index: number): IommuOp => ({ op: 'remove_device', device: index });
const plug = (index: number): IommuOp => ({ op: 'probe_device', device: index });

/** A host whose only device is not there: no domain of the host has an id. */
const unplugged = (virtio: VirtioSpec) =>
  host({ iommus: [{ driver: 'virtio', virtio }], devices: [device({ unplugged: true })] });

const scenario = (fields: Omit<Scenario, 'subsystem'>): Scenario => ({
  subsystem: 'virtio',
  expect: {},
  ...fields,
});

const attaching: readonly Scenario[] = [
  scenario({
    id: 'virtio/map-before-attach',
    title: 'mapped first, attached later',
    about: 'a domain is complete when it is allocated; the mappings reach the device by a replay',
    program: program(one(), [], [[alloc(), map(0, 1), attach(), lookUp(0), unmap(0, 1)]]),
  }),
  scenario({
    id: 'virtio/attach-refused',
    title: 'the device refuses the second domain',
    about: 'BUG-1: the old domain keeps its endpoint, and what is mapped later reaches the device',
    expect: everywhere('VIO-003'),
    program: program(
      one(),
      [alloc(), attach(), alloc(1)],
      [[replace(1), map(0, 1)]],
      ['virtio_attach'],
    ),
  }),
  scenario({
    id: 'virtio/revert-mapped',
    title: 'a domain with a mapping is attached again because another could not be',
    about: 'BUG-8: what the device has is not sent a second time',
    expect: { ...everywhere('VIO-003', 'VIO-005'), 'virtio/6.1': ['VIO-003'] },
    program: program(
      one(),
      [alloc(), attach(), map(0, 1), alloc(1)],
      [[replace(1)]],
      ['virtio_attach', 'virtio_map'],
    ),
  }),
  scenario({
    id: 'virtio/replay-refused',
    title: 'the device refuses a mapping of the replay',
    about: 'V10: all of the domain is at the device, or the old one is',
    expect: { ...complete('VIO-003', 'VIO-005'), 'virtio/6.8': ['VIO-005'] },
    program: program(
      one(),
      [alloc(), map(0, 1), map(4, 1), alloc(1), attach(1), map(0, 1, 1)],
      [[replace(0)]],
      ['virtio_map'],
    ),
  }),
  scenario({
    id: 'virtio/no-sharing',
    title: 'a device that keeps endpoints apart refuses the second',
    about: 'BUG-1 without a refusal of the environment: UNSUPP is what the device always answers',
    expect: everywhere('VIO-003'),
    program: program(pair({ noSharing: true }), [alloc(), attach()], [[attach(0, 1), map(0, 1)]]),
  }),
  scenario({
    id: 'virtio/unanswered',
    title: 'ATTACH completed with a used length of 0',
    about: 'BUG-6: an attach that the device did not answer has failed',
    expect: everywhere('VIO-011'),
    program: program(one(), [alloc()], [[attach()]], ['virtio_len0']),
  }),
  scenario({
    id: 'virtio/replay-unanswered',
    title: 'MAP of a replay completed with a used length of 0',
    about: 'BUG-6: neither is a mapping that the device did not answer there',
    expect: { ...everywhere('VIO-011'), ...complete('VIO-003', 'VIO-011') },
    program: program(one(), [alloc(), map(0, 1)], [[attach()]], ['virtio_len0']),
  }),
  scenario({
    id: 'virtio/two-ids',
    title: 'a device with two ids, the second ATTACH refused',
    about: 'V4, V10: all ids are in the domain that the driver says',
    expect: everywhere('VIO-003', 'VIO-006'),
    program: program(
      oneGroup([{ ids: 2 }]),
      [alloc(), attach(), alloc(1)],
      [[replace(1)]],
      ['virtio_attach'],
    ),
  }),
  scenario({
    id: 'virtio/group-of-two',
    title: 'a group of two devices, the second ATTACH refused',
    about: 'V10: the first device goes back, and both have what was mapped',
    expect: everywhere('VIO-003'),
    program: program(
      oneGroup([{}, {}]),
      [alloc(), attach(), map(0, 1), alloc(1)],
      [[replace(1)]],
      ['virtio_attach'],
    ),
  }),
  scenario({
    id: 'virtio/foreign',
    title: 'a domain of one instance, a device of another',
    about: 'V14: refused without an effect; -EXDEV before 6.8, bound at first attach before 6.16',
    program: program(twoInstances(), [alloc()], [[attach(0, 1), map(0, 1), attach()]]),
  }),
];

const mapping: readonly Scenario[] = [
  scenario({
    id: 'virtio/unmap-hole',
    title: 'unmap of a range with a hole',
    about: 'BUG-2: what is removed is answered, and the device is told',
    expect: everywhere('VIO-008'),
    program: program(
      one(),
      [alloc(), attach(), map(0, 1), map(2, 1)],
      [[unmap(0, 3), lookUp(0), unmap(2, 1)]],
    ),
  }),
  scenario({
    id: 'virtio/unmap-end',
    title: 'unmap of a range with a hole, and a mapping that is longer',
    about: 'BUG-3: UNMAP ends where a mapping does',
    expect: everywhere('VIO-009'),
    program: program(one(), [alloc(), attach(), map(0, 1), map(2, 4)], [[unmap(0, 3)]]),
  }),
  scenario({
    id: 'virtio/unmap-examples',
    title: 'the examples of UNMAP in the specification of the device',
    about: 'a mapping is never split: from its start the whole of it goes, from within nothing',
    expect: everywhere('VIO-008'),
    program: program(
      one(),
      [alloc(), attach()],
      [
        [
          unmap(0, 4),
          map(0, 4),
          unmap(1, 1),
          unmap(0, 1),
          map(0, 1),
          map(1, 1),
          unmap(0, 2),
          map(0, 1),
          map(3, 1),
          unmap(0, 4),
        ],
      ],
    ),
  }),
  scenario({
    id: 'virtio/overlap',
    title: 'a page mapped twice while no endpoint is attached',
    about: 'BUG-4: mappings are disjoint, also those that the device has not seen',
    expect: complete('VIO-007'),
    program: program(one(), [alloc()], [[map(0, 1), map(0, 1), attach()]]),
  }),
  scenario({
    id: 'virtio/overlap-attached',
    title: 'a page mapped twice while attached',
    about: 'BUG-4: a refused MAP takes nothing away that was there',
    expect: { ...queued('VIO-007'), 'virtio/6.1': ['VIO-009'] },
    program: program(one(), [alloc(), attach()], [[map(0, 1), map(0, 1), unmap(0, 1)]]),
  }),
  scenario({
    id: 'virtio/aperture',
    title: 'mapping beyond the aperture',
    about: 'V7: the driver must not send what is outside the input range',
    expect: complete('VIO-007'),
    program: program(
      host({ iommus: [{ driver: 'virtio', aperture: { start: 0, end: 4 * page - 1 } }] }),
      [alloc()],
      [[map(4, 1), attach()]],
    ),
  }),
  scenario({
    id: 'virtio/map-refused',
    title: 'MAP refused by the device',
    about: 'BUG-5: iommu_map fails, and nothing is mapped',
    expect: queued('VIO-005'),
    program: program(one(), [alloc(), attach()], [[map(0, 1)]], ['virtio_map']),
  }),
  scenario({
    id: 'virtio/map-no-memory',
    title: 'no memory for the second mapping of one iommu_map',
    about: 'the first is taken back, here and at the device',
    program: program(one(), [alloc(), attach()], [[map(3, 5)]], ['kzalloc']),
  }),
  scenario({
    id: 'virtio/sync-unattached',
    title: 'unmap in a domain that never was attached',
    about: 'seed 000: before 6.16 the domain has no instance yet whose queue could be synced',
    expect: unfinalised('null-deref'),
    program: program(one(), [], [[alloc(), unmap(0, 1)]]),
  }),
];

const domains: readonly Scenario[] = [
  scenario({
    id: 'virtio/claim',
    title: 'a group is claimed and released',
    about: 'without a blocked domain an empty paging domain blocks: it has an id like any other',
    program: program(one(), [], [[claim, alloc(), attach(), map(0, 1), release]]),
  }),
  scenario({
    id: 'virtio/ids-exhausted',
    title: 'more domains than ids',
    about: 'V1: -ENOSPC; the patch of seed 000 makes it -ENOMEM',
    program: program(one({ lastDomain: 1 }), [alloc()], [[alloc(1), free(), alloc(1)]]),
  }),
  scenario({
    id: 'virtio/only-id',
    title: 'one id, and F_BYPASS_CONFIG',
    about: 'BUG-9: the identity domain does not keep the only id from the others',
    expect: { 'virtio/6.16': ['VIO-001'] },
    program: program(
      unplugged({ bypassConfig: true, firstDomain: 5, lastDomain: 5 }),
      [],
      [[alloc()]],
    ),
  }),
  scenario({
    id: 'virtio/granule',
    title: 'an IOMMU whose pages are larger than those of the host',
    about: '-ENODEV; before 6.16 only when it is attached, and in 6.1 -EINVAL',
    program: program(unplugged({ pageShift: 16 }), [], [[alloc()]]),
  }),
  scenario({
    id: 'virtio/free-again',
    title: 'ids come back',
    about: 'V13: a domain that is freed gives its id back, once',
    program: program(
      one(),
      [],
      [
        [
          alloc(),
          attach(),
          map(0, 1),
          { op: 'detach_group', domain: 0, group: 0 },
          free(),
          alloc(),
        ],
      ],
    ),
  }),
  scenario({
    id: 'virtio/identity-bypass',
    title: 'identity domain of a device with F_BYPASS_CONFIG',
    about: 'V12: it bypasses, and has no mappings',
    program: program(one({ bypassConfig: true }), [], [[identity(), attach(), lookUp(0), free()]]),
  }),
  scenario({
    id: 'virtio/identity-fill',
    title: 'identity domain made of mappings, memory refused',
    about: 'the fill leaves reserved regions out, and all of it goes when a part fails',
    program: program(
      oneGroup([{ reserved: [{ start: 4 * page, size: page, kind: 'reserved' }] }]),
      [],
      [[identity(), attach()]],
      ['kzalloc'],
    ),
  }),
  scenario({
    id: 'virtio/identity-reserved',
    title: 'identity domain of one device attached to another with a reserved region',
    about: 'V15: what is reserved for any endpoint is not mapped',
    expect: everywhere('VIO-015'),
    program: program(
      pair({}, [{}, { reserved: [{ start: 0x8000, size: page, kind: 'reserved' }] }]),
      [identity(), attach()],
      [[attach(0, 1)]],
    ),
  }),
  scenario({
    id: 'virtio/identity-elsewhere',
    title: 'the identity domain of one instance, a device of another',
    about: 'in 6.16 all instances have one static identity domain',
    program: program(
      twoInstances({ bypassConfig: true }),
      [identity()],
      [[attach(), attach(0, 1)]],
    ),
  }),
  scenario({
    id: 'virtio/unplug',
    title: 'one of two devices goes',
    about: 'BUG-10: its endpoint leaves the domain, here and at the device',
    program: program(oneGroup([{}, {}]), [alloc(), attach()], [[unplug(0), map(0, 1)]]),
  }),
  scenario({
    id: 'virtio/unplug-identity',
    title: 'the only device of the static identity domain goes',
    about: 'BUG-7: DETACH names the id that the identity domain has at the device',
    expect: { 'virtio/6.16': ['VIO-006'] },
    program: program(
      oneGroup([{}], { bypassConfig: true, firstDomain: 1 }, 'identity'),
      [],
      [[unplug(0)]],
    ),
  }),
  scenario({
    id: 'virtio/unplug-from-identity',
    title: 'one of two devices in the static identity domain goes',
    about: 'BUG-7: the endpoint is nowhere, also for the device',
    expect: { 'virtio/6.16': ['VIO-004'] },
    program: program(
      oneGroup([{}, {}], { bypassConfig: true, firstDomain: 1 }, 'identity'),
      [],
      [[unplug(0)]],
    ),
  }),
  scenario({
    id: 'virtio/plug-again',
    title: 'a device goes and comes back',
    about: 'the endpoint is new, its domain has what is mapped',
    expect: everywhere('VIO-003'),
    program: program(
      oneGroup([{}, {}]),
      [alloc(), attach(), map(0, 1)],
      [[unplug(0), plug(0)]],
      ['virtio_attach'],
    ),
  }),
];

export const virtioScenarios: readonly Scenario[] = [
  ...attaching,
  ...mapping,
  ...domains,
  ...virtioRaces.map(scenario),
];
