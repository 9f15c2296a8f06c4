// Life of domains and endpoints behind a virtio-iommu: ids, identity domains, devices that come and go.
// spec/virtio-domain.md §2, §3, §6.

import type { IommuOp, VirtioSpec } from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { device, host, page, program } from './hosts.ts';
import {
  alloc,
  attach,
  detach,
  everywhere,
  free,
  identity,
  lookUp,
  map,
  one,
  oneGroup,
  pair,
  twoInstances,
} from './virtioHosts.ts';

const claim: IommuOp = { op: 'claim_group', group: 0, owner: 1 };
const release: IommuOp = { op: 'release_group', group: 0, owner: 1 };
const unplug = (index: number): IommuOp => ({ op: 'remove_device', device: index });
const plug = (index: number): IommuOp => ({ op: 'probe_device', device: index });

/** A host whose only device is not there: no domain of the host has an id. */
const unplugged = (virtio: VirtioSpec) =>
  host({ iommus: [{ driver: 'virtio', virtio }], devices: [device({ unplugged: true })] });

export const virtioDomainScenarios: readonly Omit<Scenario, 'subsystem'>[] = [
  {
    id: 'virtio/claim',
    title: 'a group is claimed and released',
    about: 'without a blocked domain an empty paging domain blocks: it has an id like any other',
    program: program(one(), [], [[claim, alloc(), attach(), map(0, 1), release]]),
  },
  {
    id: 'virtio/ids-exhausted',
    title: 'more domains than ids',
    about: 'V1: -ENOSPC; the patch of seed 000 makes it -ENOMEM',
    program: program(one({ lastDomain: 1 }), [alloc()], [[alloc(1), free(), alloc(1)]]),
  },
  {
    id: 'virtio/only-id',
    title: 'one id, and F_BYPASS_CONFIG',
    about: 'BUG-9: the identity domain does not keep the only id from the others',
    expect: { 'virtio/6.16': ['VIO-001'] },
    program: program(
      unplugged({ bypassConfig: true, firstDomain: 5, lastDomain: 5 }),
      [],
      [[alloc()]],
    ),
  },
  {
    id: 'virtio/granule',
    title: 'an IOMMU whose pages are larger than those of the host',
    about: '-ENODEV; before 6.16 only when it is attached, and in 6.1 -EINVAL',
    program: program(unplugged({ pageShift: 16 }), [], [[alloc()]]),
  },
  {
    id: 'virtio/free-again',
    title: 'ids come back',
    about: 'V13: a domain that is freed gives its id back, once',
    program: program(one(), [], [[alloc(), attach(), map(0, 1), detach(), free(), alloc()]]),
  },
  {
    id: 'virtio/identity-bypass',
    title: 'identity domain of a device with F_BYPASS_CONFIG',
    about: 'V12: it bypasses, and has no mappings',
    program: program(one({ bypassConfig: true }), [], [[identity(), attach(), lookUp(0), free()]]),
  },
  {
    id: 'virtio/identity-fill',
    title: 'identity domain made of mappings, memory refused',
    about: 'the fill leaves reserved regions out, and all of it goes when a part fails',
    program: program(
      oneGroup([{ reserved: [{ start: 4 * page, size: page, kind: 'reserved' }] }]),
      [],
      [[identity(), attach()]],
      ['kzalloc'],
    ),
  },
  {
    id: 'virtio/identity-reserved',
    title: 'identity domain of one device attached to another with a reserved region',
    about: 'V15: what is reserved for any endpoint is not mapped',
    expect: everywhere('VIO-015'),
    program: program(
      pair({}, [{}, { reserved: [{ start: 0x8000, size: page, kind: 'reserved' }] }]),
      [identity(), attach()],
      [[attach(0, 1)]],
    ),
  },
  {
    id: 'virtio/identity-elsewhere',
    title: 'the identity domain of one instance, a device of another',
    about: 'in 6.16 all instances have one static identity domain',
    program: program(
      twoInstances({ bypassConfig: true }),
      [identity()],
      [[attach(), attach(0, 1)]],
    ),
  },
  {
    id: 'virtio/unplug',
    title: 'one of two devices goes',
    about: 'BUG-10: its endpoint leaves the domain, here and at the device',
    expect: { 'virtio/6.1.38': ['VIO-003'] },
    program: program(oneGroup([{}, {}]), [alloc(), attach()], [[unplug(0), map(0, 1)]]),
  },
  {
    id: 'virtio/unplug-identity',
    title: 'the only device of the static identity domain goes',
    about: 'BUG-7: DETACH names the id that the identity domain has at the device',
    expect: { 'virtio/6.1.38': ['VIO-003'], 'virtio/6.16': ['VIO-006'] },
    program: program(
      oneGroup([{}], { bypassConfig: true, firstDomain: 1 }, 'identity'),
      [],
      [[unplug(0)]],
    ),
  },
  {
    id: 'virtio/unplug-from-identity',
    title: 'one of two devices in the static identity domain goes',
    about: 'BUG-7: the endpoint is nowhere, also for the device',
    expect: { 'virtio/6.1.38': ['VIO-003'], 'virtio/6.16': ['VIO-004'] },
    program: program(
      oneGroup([{}, {}], { bypassConfig: true, firstDomain: 1 }, 'identity'),
      [],
      [[unplug(0)]],
    ),
  },
  {
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
  },
];
