// Scenarios of attaching: groups that change domains, devices that come and go.

import type { IommuOp, IommuTopology } from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { backing, device, host, page, program } from './hosts.ts';

/** Operations on domain 0 and group 0, unless told otherwise. */
export const alloc = (domain = 0, dev = 0): IommuOp => ({
  op: 'domain_alloc',
  domain,
  device: dev,
  type: 'unmanaged',
});
export const free = (domain = 0): IommuOp => ({ op: 'domain_free', domain });
export const attach = (domain = 0, group = 0): IommuOp => ({ op: 'attach_group', domain, group });
export const detach = (domain = 0, group = 0): IommuOp => ({ op: 'detach_group', domain, group });
export const replace = (domain = 0, group = 0): IommuOp => ({
  op: 'replace_domain',
  domain,
  group,
});
export const claim = (owner = 1, group = 0): IommuOp => ({ op: 'claim_group', group, owner });
export const release = (owner = 1, group = 0): IommuOp => ({ op: 'release_group', group, owner });
export const read = (dev = 0, iova = 0): IommuOp => ({ op: 'dma_read', device: dev, iova });
export const map: IommuOp = { op: 'iommu_map', domain: 0, iova: 0, pa: backing, size: page };
const probe = (dev = 0): IommuOp => ({ op: 'probe_device', device: dev });
const busProbe: IommuOp = { op: 'probe_device', device: 0, bus: true };
const remove = (dev = 0): IommuOp => ({ op: 'remove_device', device: dev });
const pasid = (op: 'attach_pasid' | 'detach_pasid', domain = 0): IommuOp => ({
  op,
  domain,
  device: 0,
  pasid: 1,
});
const detachDevice: IommuOp = { op: 'detach_device', domain: 0, device: 0 };

/** Two devices of one group, of two groups, of one requester id; one group whose devices come later. */
export const pair: IommuTopology = host({ devices: [device(), device()] });
export const twoGroups: IommuTopology = host({
  groups: [{}, {}],
  devices: [device(), device({ group: 1 })],
});
const aliases = host({ devices: [device(), device({ aliasOf: 0 })] });
const absent = host({ devices: [device({ unplugged: true })] });
const absentPair = host({ devices: [device({ unplugged: true }), device({ unplugged: true })] });
const pluggable = host({ devices: [device(), device({ unplugged: true })] });
const reserved = [{ start: 4 * page, size: page, kind: 'direct' as const }];

type About = Omit<Scenario, 'subsystem'>;

const failures: readonly About[] = [
  {
    id: 'attach/refused-half-way',
    title: 'B1: an attach that one of two devices refuses; the domain is freed',
    about: 'All devices of a group are attached, or none; who has failed may free its domain.',
    expect: {
      'core/6.0': ['CORE-007', 'bug', 'use-after-free'],
      'core/6.1': ['bug'],
      'core/6.12': ['CORE-007'],
    },
    program: program(pair, [claim(), alloc()], [[attach(), free()], [read()]], ['attach_dev']),
  },
  {
    id: 'attach/detach-refused',
    title: 'A detach that the device refuses; the domain is freed',
    about: 'Detaching must not fail: a device that cannot go on is blocked.',
    expect: {
      'core/6.0': ['bug'],
      'core/6.1': ['bug'],
      'core/6.12': ['CORE-007', 'use-after-free'],
    },
    program: program(host(), [alloc(), attach()], [[detach(), free()], [read()]], ['attach_dev']),
  },
  {
    id: 'attach/detach-refused-owned',
    title: 'A detach that one of two devices of an owned group refuses',
    about: 'The blocking domain is what detach goes back to, and what it falls back to.',
    expect: { 'core/6.0': ['CORE-007', 'bug'], 'core/6.1': ['bug'], 'core/6.12': ['CORE-007'] },
    program: program(pair, [claim(), alloc(), attach()], [[detach(), free()]], ['attach_dev']),
  },
  {
    id: 'attach/refused-twice',
    title: 'Neither the new domain nor the old one is taken',
    about: 'The last rows of the failure matrix: a revert that fails as well.',
    expect: {
      'core/6.0': ['CORE-007', 'bug'],
      'core/6.1': ['CORE-007', 'bug'],
      'core/6.12': ['CORE-007'],
    },
    program: {
      ...program(pair, [alloc()], [[attach(), free()]], ['attach_dev']),
      faults: { budget: 2, sites: ['attach_dev'] },
    },
  },
  {
    id: 'attach/default-refused',
    title: 'Another default domain, which the device refuses',
    about: 'The old default domain stays, and the new one is freed.',
    program: program(
      host(),
      [],
      [[{ op: 'set_group_type', group: 0, type: 'identity' }]],
      ['attach_dev'],
    ),
  },
  {
    id: 'attach/first-refused',
    title: 'The first device of a group refuses its default domain',
    about: 'The row of the failure matrix without an old domain: the group is as if never probed.',
    program: program(absent, [], [[probe(), probe()]], ['attach_dev']),
  },
  {
    id: 'attach/pasid-refused',
    title: 'B10: a PASID that one device has in use already',
    about: 'A failed attach takes the PASID from those devices only that it was set on.',
    expect: { 'core/6.0': ['CORE-007'], 'core/6.1': ['CORE-007'] },
    program: program(
      host({ devices: [device({ maxPasids: 4 }), device({ maxPasids: 4, ownPasids: [1] })] }),
      [alloc()],
      [[pasid('attach_pasid'), free()]],
    ),
  },
];

const races: readonly About[] = [
  {
    id: 'attach/one-of-two-domains',
    title: 'S7: two domains are attached to one group at once',
    about: 'One is attached, the other is -EBUSY; replace does not ask.',
    program: program(host(), [alloc(), alloc(1)], [[attach(), detach()], [attach(1)]]),
  },
  {
    id: 'attach/twice',
    title: 'S7: one domain is attached to one group twice, and replaced by itself',
    about: 'The second attach is -EBUSY also where the domain is the same; replace is 0.',
    program: program(host(), [alloc()], [[attach(), attach(), replace(0), detach()]]),
  },
  {
    id: 'attach/replace-or-detach',
    title: 'A domain is replaced while it is detached',
    about: 'group->mutex orders them: the group ends on one of the two results.',
    program: program(host(), [alloc(), alloc(1), attach()], [[replace(1)], [detach(), free()]]),
  },
  {
    id: 'attach/two-groups',
    title: 'One domain is attached to two groups at once',
    about: 'Permitted: the driver orders them under the lock of the domain.',
    program: program(twoGroups, [alloc()], [[attach(), detach()], [attach(0, 1)]]),
  },
  {
    id: 'attach/allocating-device-leaves',
    title: 'The device that a domain was allocated for is unplugged, another group stays on it',
    about: 'Seed 002: a domain is not tied to the device that it was allocated for.',
    program: program(
      twoGroups,
      [alloc(), attach(), attach(0, 1)],
      [
        [detach(), remove()],
        [map, read(1)],
      ],
    ),
  },
  {
    id: 'attach/detached-in-flight',
    title: 'A domain is detached and freed while a device translates through it',
    about: 'Detaching waits for what is in flight.',
    program: program(host(), [alloc(), map, attach()], [[detach(), free()], [read()]]),
  },
  {
    id: 'attach/detach-device',
    title: 'detach_device while the group changes domains',
    about: 'What a group has is looked at under its mutex.',
    program: program(host(), [alloc(), attach()], [[detachDevice], [detach()]]),
  },
  {
    id: 'attach/pasid-or-claim',
    title: 'A PASID is attached while the group is claimed',
    about: 'A claim is -EBUSY while a PASID is attached.',
    program: program(
      host({ devices: [device({ maxPasids: 4 })] }),
      [alloc()],
      [[pasid('attach_pasid'), pasid('detach_pasid')], [claim()]],
    ),
  },
];

const plugging: readonly About[] = [
  {
    id: 'attach/two-probes',
    title: 'Two devices of one group are probed at once',
    about: 'The default domain of a group is allocated once (real-bugs 3).',
    program: program(absentPair, [], [[probe(0)], [probe(1)]]),
  },
  {
    id: 'attach/two-paths',
    title: 'One device is probed by the bus and by an IOMMU driver that registers',
    about: 'A device is probed once (real-bugs 4).',
    expect: { 'core/6.0': ['CORE-008'] },
    program: program(absent, [], [[probe()], [busProbe]]),
  },
  {
    id: 'attach/two-paths-refused',
    title: 'One device is probed by two paths, of which one fails',
    about: 'A probe that fails leaves nothing, and nobody looks at what it frees (real-bugs 2, 8).',
    expect: { 'core/6.0': ['CORE-008'], 'core/6.1': ['CORE-008'] },
    program: program(absent, [], [[probe()], [busProbe]], ['probe_device']),
  },
  {
    id: 'attach/hot-plug-or-claim',
    title: 'A device is added to a group that is being claimed',
    about: 'It gets the domain that the group has then (real-bugs 105).',
    program: program(pluggable, [], [[claim()], [probe(1)]]),
  },
  {
    id: 'attach/hot-plug-or-attach',
    title: 'A device is added to a group that changes domains',
    about: 'It gets the domain that the group has then.',
    program: program(pluggable, [claim(), alloc()], [[attach(), detach()], [probe(1)]]),
  },
  {
    id: 'attach/unplug-last',
    title: 'The last device of a group is unplugged, and comes back',
    about: 'With the last device the group’s domains go; a device that is gone has no domain.',
    program: program(host(), [], [[remove(), probe()], [read()]]),
  },
  {
    id: 'attach/unplug-or-claim',
    title: 'The last device of a group is unplugged while it is claimed',
    about: 'Whoever comes second is refused.',
    program: program(host(), [], [[remove()], [claim(), release()]]),
  },
  {
    id: 'attach/aliases',
    title: 'Two devices with one requester id',
    about: 'There is one translation entry: attaching one alias attaches all.',
    expect: { 'core/6.0': ['CORE-007', 'bug'], 'core/6.1': ['bug'], 'core/6.12': ['CORE-007'] },
    program: program(aliases, [alloc()], [[attach(), detach()], [read(1)]], ['attach_dev']),
  },
  {
    id: 'attach/alias-unplugged',
    title: 'One of two aliases is unplugged',
    about: 'The other one goes on translating.',
    program: program(aliases, [], [[remove(0)], [read(1)]]),
  },
  {
    id: 'attach/deferred',
    title: 'A device whose attach was deferred at boot',
    about: 'kdump: the default domain waits, any other domain does not.',
    program: program(
      host({ devices: [device({ attachDeferred: true })] }),
      [alloc()],
      [[attach(), detach(), free(), read()]],
    ),
  },
  {
    id: 'attach/direct',
    title: 'A device with a direct region',
    about: 'It is mapped 1:1 in every default domain, and keeps owners out.',
    program: program(
      host({ devices: [device({ reserved })] }),
      [],
      [[claim()], [{ op: 'set_group_type', group: 0, type: 'identity' }, read(0, 4 * page)]],
    ),
  },
];

export const attachScenarios: readonly Scenario[] = [...failures, ...races, ...plugging].map(
  (scenario): Scenario => ({ ...scenario, subsystem: 'mapping' }),
);
