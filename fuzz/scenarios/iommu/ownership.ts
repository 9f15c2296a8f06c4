// Scenarios of DMA ownership and of forced coherency.

import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { alloc, attach, claim, detach, free, map, pair, read, release } from './attach.ts';
import { device, host, program } from './hosts.ts';

const claimDevice = (owner = 1, dev = 0): IommuOp => ({ op: 'claim_device', device: dev, owner });
const releaseDevice = (owner = 1, dev = 0): IommuOp => ({
  op: 'release_device',
  device: dev,
  owner,
});
const use = (dev = 0): IommuOp => ({ op: 'use_default_domain', device: dev });
const unuse = (dev = 0): IommuOp => ({ op: 'unuse_default_domain', device: dev });
const enforce: IommuOp = { op: 'enforce_cache_coherency', domain: 0 };

/** Before 6.2 owners claim groups; before 5.18 there is no DMA ownership at all. */
const groupsOnly = ['core/6.0', 'core/6.1', 'coherency/5.17', 'coherency/5.19'];

/** Group 1 is behind an IOMMU without snoop control. */
const mixed = host({
  iommus: [{ driver: 'intel' }, { driver: 'intel', snoopControl: false }],
  groups: [{}, {}],
  devices: [device(), device({ iommu: 1, group: 1 })],
});

type About = Omit<Scenario, 'subsystem'>;

const ownership: readonly About[] = [
  {
    id: 'ownership/two-owners',
    title: 'Two owners claim devices of one group',
    about: 'One of them is -EPERM.',
    notOn: groupsOnly,
    program: program(pair, [], [[claimDevice(1, 0)], [claimDevice(2, 1)]]),
  },
  {
    id: 'ownership/group-and-device',
    title: 'A group is claimed while its device is claimed',
    about: 'A group claim is -EPERM also for the same owner; a device claim is counted.',
    notOn: groupsOnly,
    program: program(
      host(),
      [],
      [
        [claim(1), release(1)],
        [claimDevice(1), releaseDevice(1)],
      ],
    ),
  },
  {
    id: 'ownership/driver-or-owner',
    title: 'S5: a driver is bound while the group is claimed',
    about: 'Exactly one of them succeeds.',
    expect: { 'coherency/5.17': ['CON-102', 'OWN-014'] },
    program: program(host(), [], [[use(), unuse()], [claim()]]),
  },
  {
    id: 'ownership/claimed-twice',
    title: 'S6: claimed twice, released once, while a driver is bound',
    about: 'The group is still owned.',
    notOn: groupsOnly,
    program: program(
      pair,
      [],
      [[claimDevice(1, 0), claimDevice(1, 1), releaseDevice(1, 0)], [use(1)]],
    ),
  },
  {
    id: 'ownership/claim-refused',
    title: 'A claim whose blocking domain is refused, and another one',
    about: 'A claim that fails changes nothing.',
    expect: {
      'core/6.0': ['bug'],
      'core/6.1': ['bug'],
      'coherency/5.17': ['CON-102', 'OWN-014'],
      'coherency/5.19': ['bug'],
    },
    program: program(pair, [], [[claim()], [use(1)]], ['attach_dev', 'domain_alloc']),
  },
  {
    id: 'ownership/attached-and-released',
    title: 'An owner attaches, detaches and gives the group up, while its device is at work',
    about: 'Detach restores the blocking domain, release the default domain.',
    program: program(host(), [alloc()], [[claim(), attach(), detach(), release()], [read()]]),
  },
  {
    id: 'ownership/released-attached',
    title: 'An owner gives the group up with its domain attached, then frees the domain',
    about: 'Release detaches.',
    expect: { 'coherency/5.17': ['CON-102', 'OWN-014'] },
    program: program(
      host(),
      [claim(), alloc(), attach()],
      [
        [release(), free()],
        [use(), read()],
      ],
    ),
  },
  {
    id: 'ownership/refused-half-way',
    title: 'A domain that one of two devices refuses is freed by its owner',
    about: 'All devices of a group are attached, or none (O5, O12; reverted since 6.1.18).',
    expect: {
      'core/6.0': ['CORE-007', 'bug'],
      'core/6.1': ['bug'],
      'core/6.12': ['CORE-007'],
      'coherency/5.17': ['CORE-007', 'bug'],
      'coherency/5.19': ['CORE-007', 'bug'],
    },
    program: program(pair, [alloc()], [[attach(), free()]], ['attach_dev']),
  },
  {
    id: 'ownership/detach-refused',
    title: 'A detach that the device refuses; its owner frees the domain',
    about: 'A domain that is freed translates for no group (O12; blocking since 6.5).',
    expect: {
      'core/6.0': ['bug'],
      'core/6.1': ['bug'],
      'core/6.12': ['CORE-007'],
      'coherency/5.17': ['bug'],
      'coherency/5.19': ['bug'],
    },
    program: program(host(), [alloc(), attach()], [[detach(), free()]], ['attach_dev']),
  },
  {
    id: 'ownership/claimed-early',
    title: 'A group is claimed while the IOMMU driver registers',
    about: 'The default domain waits for the release.',
    program: program(
      host({ devices: [device({ unplugged: true })] }),
      [],
      [[{ op: 'probe_device', device: 0, bus: true }], [claim(), release()]],
    ),
  },
  {
    id: 'ownership/bound-early',
    title: 'A driver is bound while the IOMMU driver registers',
    about: 'It has to wait for the default domain (real-bugs 6).',
    expect: {
      'core/6.0': ['OWN-002'],
      'core/6.1': ['OWN-002'],
      'coherency/5.17': ['CON-102', 'OWN-002'],
      'coherency/5.19': ['OWN-002'],
    },
    program: program(
      host({ devices: [device({ unplugged: true })] }),
      [],
      [[{ op: 'probe_device', device: 0, bus: true }], [use()]],
    ),
  },
];

const coherency: readonly About[] = [
  {
    id: 'coherency/enforced-late',
    title: 'B70: a domain with a mapping is to be forced',
    about: 'Only a domain that never had mappings can be: its leaves would lack the snoop bit.',
    expect: { 'core/6.0': ['OWN-006'], 'core/6.1': ['OWN-006'], 'coherency/5.19': ['OWN-006'] },
    program: program(host(), [alloc(), attach()], [[map, enforce]]),
  },
  {
    id: 'coherency/map-or-enforce',
    title: 'A domain is forced while a page is mapped',
    about: 'Either the mapping has the snoop bit, or the domain is not forced.',
    expect: { 'core/6.0': ['OWN-006'], 'core/6.1': ['OWN-006'], 'coherency/5.19': ['OWN-006'] },
    program: program(host(), [alloc()], [[map], [enforce]]),
  },
  {
    id: 'coherency/attach-or-enforce',
    title: 'A domain is forced while a device without snoop control is attached',
    about: 'Either the device is refused, or the domain is not forced.',
    program: program(mixed, [alloc()], [[attach(0, 1)], [enforce]]),
  },
  {
    id: 'coherency/for-good',
    title: 'A forced domain loses its device and is attached again',
    about: 'Forced is forced for ever: no device without snoop control is let in later.',
    program: program(mixed, [alloc(), attach(), enforce], [[detach(), attach(0, 1)], [map]]),
  },
  {
    id: 'coherency/enforced-twice',
    title: 'A domain with a mapping is to be forced, twice at once',
    about: 'Both say the same, whichever comes first.',
    expect: { 'core/6.0': ['OWN-006'], 'core/6.1': ['OWN-006'], 'coherency/5.19': ['OWN-006'] },
    program: program(host(), [alloc(), map], [[enforce], [enforce]]),
  },
];

export const ownershipScenarios: readonly Scenario[] = [...ownership, ...coherency].map(
  (scenario): Scenario => ({ ...scenario, subsystem: 'ownership' }),
);
