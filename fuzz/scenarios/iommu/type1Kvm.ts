// Scenarios of KVM and assigned devices: spec/coherency-and-ownership.md §3, §7.

import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { device, program } from './hosts.ts';
import * as t from './type1Parts.ts';

const ownership = { subsystem: 'ownership' } as const;
const add = (group = 0): IommuOp => ({ op: 'kvm_file_add', kvm: 0, group });
const del = (group = 0): IommuOp => ({ op: 'kvm_file_del', kvm: 0, group });
const wbinvd: IommuOp = { op: 'guest_wbinvd', kvm: 0 };

/** An IOMMU that cannot force snooping. */
const unforced = { iommus: [{ driver: 'intel', snoopControl: false }], kvms: 1 } as const;
const both = { iommus: [{ driver: 'intel' }, unforced.iommus[0]], kvms: 1 } as const;

export const kvmScenarios: readonly Scenario[] = [
  {
    id: 'kvm/add-then-container',
    title: 'FILE_ADD, then SET_CONTAINER and SET_IOMMU',
    about: 'WBINVD of the guest works as soon as the device can bypass the caches (O9).',
    ...ownership,
    expect: { 'coherency/5.19': ['OWN-009'] },
    program: program(t.one(unforced), t.opened(), [[add()], [t.join(), t.setIommu(), wbinvd]]),
  },
  {
    id: 'kvm/second-group',
    title: 'A second group, which cannot force snooping, is added and taken away',
    about: 'The virtual machine is noncoherent as long as the group is in its list (O8, O9).',
    ...ownership,
    program: program(
      t.two(both, { iommu: 1 }),
      [...t.ready(), ...t.opened(1), t.join(1), add()],
      [[add(1), del(1)], [wbinvd]],
    ),
  },
  {
    id: 'kvm/device-bound-later',
    title: 'A device that cannot be forced is bound in a group that is already added',
    about: 'The virtual machine is told of it (O8).',
    ...ownership,
    expect: { 'coherency/6.12': ['OWN-008'] },
    program: program(t.one({ ...both, devices: [device(), device({ iommu: 1 })] }), t.opened(), [
      [add()],
      [t.register(1)],
    ]),
  },
  {
    id: 'kvm/open-add',
    title: 'GET_DEVICE_FD || FILE_ADD',
    about: 'kv->lock and the locks of the group do not form a circle.',
    ...ownership,
    expect: { 'coherency/5.19': ['deadlock', 'lock-order'] },
    program: program(t.one({ kvms: 1 }), [...t.ready(), add()], [[t.deviceFd()], [del()]]),
  },
  {
    id: 'kvm/add-del',
    title: 'FILE_ADD || FILE_DEL',
    about: 'An entry is used only while it is in the list.',
    ...ownership,
    expect: { 'coherency/5.19': ['use-after-free'] },
    program: program(t.one({ kvms: 1 }), t.opened(), [[add()], [del()]]),
  },
  {
    id: 'kvm/close-added',
    title: 'A group is closed while a virtual machine has its file',
    about: 'The file stays until FILE_DEL; the container goes with it.',
    ...ownership,
    program: program(t.one(unforced), [...t.ready(), add()], [[t.close()], [wbinvd]]),
  },
];
