// Random programs about who owns a group: in-kernel owners and buses, domains that are attached and
// replaced, devices that come and go, VFIO groups and virtual machines.

import fc from 'fast-check';
import type { IommuOp, IommuProgram } from '../../../engine/iommu/vocabulary/index.ts';
import { device, host } from '../../scenarios/iommu/hosts.ts';
import { anyOf, programOf, radix, refusals } from './hosts.ts';

const group = fc.nat({ max: 1 });
const dev = fc.nat({ max: 2 });

/** Calls of one owner: its own number, its own domain. */
const ownerOps = (task: number): fc.Arbitrary<IommuOp[]> => {
  const owner = fc.constant(task + 1);
  const domain = fc.constant(task);
  return fc.array(
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
      ['remove_device', { device: dev }],
    ),
    { minLength: 1, maxLength: 3 },
  );
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

const userOp = anyOf(
  ['vfio_group_open', { group: vfioGroup }],
  ['vfio_group_close', { group: vfioGroup }],
  ['vfio_set_container', { group: vfioGroup, container }],
  ['vfio_unset_container', { group: vfioGroup }],
  ['vfio_set_iommu', { container, type: fc.constant(3) }],
  ['vfio_get_device_fd', { device: vfioGroup }],
  ['vfio_close_device_fd', { device: vfioGroup }],
  ['kvm_file_add', { kvm: fc.constant(0), group: vfioGroup }],
  ['kvm_file_del', { kvm: fc.constant(0), group: vfioGroup }],
  ['guest_wbinvd', { kvm: fc.constant(0) }],
  ['use_default_domain', { device: vfioGroup }],
  ['unuse_default_domain', { device: vfioGroup }],
);

/** Threads of one process with two VFIO groups, one behind an IOMMU without snoop control. */
const users: fc.Arbitrary<IommuProgram> = fc
  .record({
    coherent: fc.boolean(),
    ops: fc.array(fc.array(userOp, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 2 }),
    faults: refusals(['attach_dev', 'domain_alloc', 'kzalloc']),
  })
  .map(({ coherent, ops, faults }) =>
    programOf({
      topology: host({
        iommus: [
          { driver: 'intel' },
          { driver: 'intel', ...(coherent ? {} : { snoopControl: false as const }) },
        ],
        groups: [{}, {}],
        devices: [device({ noSnoop: true }), device({ group: 1, iommu: 1, noSnoop: true })],
        containers: [{ process: 0 }],
        kvms: 1,
      }),
      setup: [
        { op: 'vfio_register', device: 0 },
        { op: 'vfio_register', device: 1 },
        { op: 'vfio_group_open', group: 0 },
      ],
      tasks: ops,
      faults,
    }),
  );

export const ownership: fc.Arbitrary<IommuProgram> = fc.oneof(owners, users);
