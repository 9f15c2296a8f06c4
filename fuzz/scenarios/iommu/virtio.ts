// Scenarios of virtio-iommu: each invariant of spec/virtio-domain.md §9, each defect and difference
// of §10 as the smallest program that shows it.

import type { Scenario } from '../scenario.ts';
import { host, page, program } from './hosts.ts';
import { virtioDomainScenarios } from './virtioDomains.ts';
import { virtioRaces } from './virtioRaces.ts';
import {
  alloc,
  attach,
  complete,
  detach,
  everywhere,
  lookUp,
  map,
  one,
  oneGroup,
  pair,
  queued,
  replace,
  synchronous,
  twoInstances,
  unfinalised,
  unmap,
} from './virtioHosts.ts';

const scenario = (fields: Omit<Scenario, 'subsystem'>): Scenario => ({
  subsystem: 'virtio',
  expect: {},
  ...fields,
});

/** Four pages of IOVA. */
const narrow = host({ iommus: [{ driver: 'virtio', aperture: { start: 0, end: 4 * page - 1 } }] });

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
    expect: { ...everywhere('VIO-003'), 'virtio/6.1.38': ['VIO-003', 'bug'] },
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
    expect: { ...everywhere('VIO-003', 'VIO-005'), ...synchronous('VIO-003') },
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
  scenario({
    id: 'virtio/foreign-replace',
    title: 'a domain with a mapping is to be replaced by one of another instance',
    about: 'BUG-8: refused before anything is counted, then the old domain is attached again',
    expect: everywhere('VIO-003'),
    program: program(
      twoInstances(),
      [alloc(), attach(), map(0, 1), alloc(1, 1), attach(1, 1)],
      [[replace(1)]],
    ),
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
    expect: { ...queued('VIO-007'), ...synchronous('VIO-009') },
    program: program(one(), [alloc(), attach()], [[map(0, 1), map(0, 1), unmap(0, 1)]]),
  }),
  scenario({
    id: 'virtio/aperture',
    title: 'mapping beyond the aperture',
    about: 'V7: the driver must not send what is outside the input range',
    expect: complete('VIO-007'),
    program: program(narrow, [alloc()], [[map(4, 1), attach()]]),
  }),
  scenario({
    id: 'virtio/aperture-detached',
    title: 'mapping beyond the aperture in a domain that is attached no more',
    about: 'V7 before 6.16: who is finalised maps without the device, wherever it is told to',
    expect: { ...everywhere('VIO-007'), 'virtio/6.1.38': ['bug'] },
    program: program(narrow, [alloc(), attach(), detach()], [[map(4, 1), attach()]]),
  }),
  scenario({
    id: 'virtio/map-refused',
    title: 'MAP refused by the device',
    about: 'BUG-5: iommu_map fails, and nothing is mapped',
    expect: queued('VIO-005'),
    program: program(one(), [alloc(), attach()], [[map(0, 1)]], ['virtio_map']),
  }),
  scenario({
    id: 'virtio/map-detached',
    title: 'mapping in a domain that is attached no more',
    about: 'BUG-11: map_pages says what it has mapped, also where nobody has to be told',
    expect: { 'virtio/6.1.38': ['bug'] },
    program: program(one(), [alloc(), attach(), detach()], [[map(0, 1), attach()]]),
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

export const virtioScenarios: readonly Scenario[] = [
  ...attaching,
  ...mapping,
  ...virtioDomainScenarios.map(scenario),
  ...virtioRaces.map(scenario),
];
