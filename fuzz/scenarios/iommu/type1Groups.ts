// Scenarios of VFIO groups and containers: spec/coherency-and-ownership.md §2, §7.

import type { Scenario } from '../scenario.ts';
import { device, host, program } from './hosts.ts';
import * as t from './type1Parts.ts';

const ownership = { subsystem: 'ownership' } as const;

const unlike = {
  iommus: [{ driver: 'intel' }, { driver: 'intel', snoopControl: false }],
} as const;

/** Where a call on the container holds nothing while it is in the driver. */
const freed = ['leak', 'use-after-free'];
const duringCall = {
  'core/6.0': freed,
  'core/6.1': freed,
  'core/6.12': freed,
  'core/7.2': freed,
  'coherency/5.19': freed,
  'coherency/6.12': freed,
};

export const type1Groups: readonly Scenario[] = [
  {
    id: 'type1/ioctl-last-group',
    title: 'MAP || the last group is closed',
    about: 'The IOMMU of the container lives until the call has returned (O13).',
    ...ownership,
    expect: duringCall,
    program: program(t.one(), t.ready(), [[t.map(0)], [t.close()]]),
  },
  {
    id: 'type1/container-close',
    title: 'MAP || the container is closed',
    about: 'The group keeps the container; everything goes with the group.',
    ...ownership,
    expect: duringCall,
    program: program(t.one(), t.ready(), [
      [t.map(0)],
      [{ op: 'vfio_close_container', container: 0 }, t.close()],
    ]),
  },
  {
    id: 'type1/unlike-groups',
    title: 'A group that cannot force snooping, then one that can',
    about: 'They do not share a domain (O7).',
    ...ownership,
    program: program(t.two(unlike, { iommu: 1 }), [...t.ready(1), ...t.opened(0)], [[t.join(0)]]),
  },
  {
    id: 'type1/like-groups',
    title: 'Two like groups join side by side',
    about: 'They share one domain (O7).',
    ...ownership,
    program: program(
      t.two({ containers: [{ process: 0 }] }),
      [...t.ready(), t.leave(), ...t.opened(1), t.join(0), t.setIommu()],
      [[t.join(1)], [t.leave(0)]],
    ),
  },
  {
    id: 'type1/not-coherent',
    title: 'A device whose DMA is not coherent',
    about: 'VFIO does not take it (O10).',
    ...ownership,
    expect: { 'coherency/5.17': ['OWN-010'] },
    program: program(
      t.one({ iommus: [{ driver: 'arm', coherentWalk: false }] }),
      [],
      [[t.register()]],
    ),
  },
  {
    id: 'type1/isolated',
    title: 'A group of which one device has no isolated interrupts',
    about: 'SET_IOMMU is -EPERM (O11).',
    ...ownership,
    program: program(
      t.one({
        iommus: [{ driver: 'amd' }, { driver: 'amd', isolatedMsi: false }],
        devices: [device(), device({ iommu: 1 })],
      }),
      [...t.opened(), t.join()],
      [[t.setIommu()]],
    ),
  },
  {
    id: 'type1/unset-open',
    title: 'UNSET_CONTAINER || GET_DEVICE_FD',
    about: 'A container in use stays: -EBUSY, or the device cannot be opened (O13).',
    ...ownership,
    program: program(t.one(), t.ready(), [[t.leave()], [t.deviceFd()]]),
  },
  {
    id: 'type1/open-set-iommu',
    title: 'GET_DEVICE_FD || SET_IOMMU',
    about: 'An open without an IOMMU is -EINVAL and leaves nothing open (O13).',
    ...ownership,
    expect: { 'core/6.0': ['OWN-013'] },
    program: program(t.one(), [...t.opened(), t.join()], [[t.deviceFd()], [t.setIommu()]]),
  },
  {
    id: 'type1/two-containers',
    title: 'Two containers want one group',
    about: 'One gets it (O14).',
    ...ownership,
    program: program(t.one({ containers: [{ process: 0 }, { process: 0 }] }), t.opened(), [
      [t.join(0, 0)],
      [t.join(0, 1)],
    ]),
  },
  {
    id: 'type1/kernel-driver',
    title: 'A driver that uses the DMA API is bound || SET_CONTAINER',
    about: 'One of them (O14).',
    ...ownership,
    expect: { 'coherency/5.17': ['OWN-014'] },
    program: program(t.one({ devices: [device(), device()] }), t.opened(), [
      [{ op: 'use_default_domain', device: 1 }],
      [t.join()],
    ]),
  },
  {
    id: 'type1/leave-dma',
    title: 'UNSET_CONTAINER || a device that writes',
    about: 'The domain and its pages go when the device is attached elsewhere (O12).',
    ...ownership,
    program: program(t.one(), [...t.ready(), t.map(0)], [[t.leave()], [t.write(0)]]),
  },
  {
    id: 'type1/attach-refused',
    title: 'SET_IOMMU and SET_CONTAINER that the environment refuses somewhere',
    about: 'The group is as it was: not owned, in its default domain.',
    ...ownership,
    program: program(
      t.one(),
      t.opened(),
      [[t.join(), t.setIommu(), t.leave()]],
      ['kzalloc', 'domain_alloc'],
    ),
  },
  {
    id: 'type1/mediated-leaves',
    title: 'One of two mediated devices is closed',
    about: 'The other stays, and the kernel does not warn.',
    ...ownership,
    program: program(
      host({
        containers: [{ process: 0 }],
        groups: [{}, {}],
        devices: [device({ emulated: true }), device({ group: 1, emulated: true })],
      }),
      [...t.ready(0), ...t.opened(1), t.join(1), t.deviceFd(1), t.map(0)],
      [[t.close(0)]],
    ),
  },
];
