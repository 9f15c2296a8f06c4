// Error codes and effects of attaching, from spec/coherency-and-ownership.md §5, and the failure matrix
// of spec/iommu-core.md §11.

import { expect, test } from 'vitest';
import { device, host } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { type Host, refusing, run } from '../../../test/iommu/host.ts';
import { EBUSY, EINVAL, ENODEV, ENOMEM, EOPNOTSUPP } from '../../errno.ts';
import type { IommuOp } from '../vocabulary/index.ts';

const pair = host({ devices: [device(), device()] });
const alloc = (domain = 0, dev = 0): IommuOp => ({
  op: 'domain_alloc',
  domain,
  device: dev,
  type: 'unmanaged',
});
const attach = (domain = 0, group = 0): IommuOp => ({ op: 'attach_group', domain, group });
const detach = (domain = 0, group = 0): IommuOp => ({ op: 'detach_group', domain, group });
const replace = (domain = 0, group = 0): IommuOp => ({ op: 'replace_domain', domain, group });
const claim: IommuOp = { op: 'claim_group', group: 0, owner: 1 };

/** The domains of a host by short names: D the default, N and M of slots 0 and 1, - blocked. */
function names(h: Host) {
  const { groups, slots, core } = h.world;
  const known = new Map<unknown, string>([
    [null, '-'],
    [core.blocked, 'B'],
    [slots.domain(0).stored, 'N'],
    [slots.domain(1).stored, 'M'],
    [groups[0]?.blockingDomain.stored, 'B'],
    [groups[0]?.defaultDomain.stored, 'D'],
  ]);
  known.set(null, '-');
  return (domain: unknown) => known.get(domain) ?? '?';
}

/** What the devices' translation entries are, then the group's domain. */
function state(h: Host): string {
  const name = names(h);
  const entries = h.world.devices.map((d) => name(d.rid.domain.stored));
  return `${entries.join('')} ${name(h.world.groups[0]?.domain.stored)}`;
}

test('attach and detach switch every device of the group', () => {
  expect(state(run([alloc(), attach()], pair))).toBe('NN N');
  const back = run([alloc(), attach(), detach()], pair);
  expect(state(back)).toBe('DD D');
  back.exit();
});

test('-EBUSY while another domain is attached, also the same one; replace takes it', () => {
  const h = run([alloc(), attach(), attach(), alloc(1), attach(1), replace(1), replace(1)], pair);
  expect(h.rets).toEqual([0, 0, EBUSY, 0, EBUSY, 0, 0]);
  expect(state(h)).toBe('MM M');
  h.exit();
});

test('attach_device is for groups of one device', () => {
  const dev = (op: 'attach_device' | 'detach_device', i = 0): IommuOp => ({
    op,
    domain: 0,
    device: i,
  });
  expect(run([alloc(), dev('attach_device')], pair).rets).toEqual([0, EINVAL]);
  const single = run([alloc(), dev('attach_device'), dev('attach_device'), dev('detach_device')]);
  expect(single.rets).toEqual([0, 0, EBUSY, 0]);
  const unplugged = host({
    devices: [device(), device({ group: 1, unplugged: true })],
    groups: [{}, {}],
  });
  expect(run([alloc(), dev('attach_device', 1)], unplugged).rets).toEqual([0, ENODEV]);
});

test('-EINVAL for a group behind another driver', () => {
  const mixed = host({
    iommus: [{ driver: 'intel' }, { driver: 'amd' }],
    groups: [{}, {}],
    devices: [device(), device({ iommu: 1, group: 1 })],
  });
  expect(run([alloc(), attach(0, 1)], mixed).rets).toEqual([0, EINVAL]);
});

test('two groups share a domain', () => {
  const two = host({ groups: [{}, {}], devices: [device(), device({ group: 1 })] });
  const h = run([alloc(), attach(0, 0), attach(0, 1), detach(0, 0)], two);
  expect(h.rets).toEqual([0, 0, 0, 0]);
  expect(state(h)).toBe('DN D');
  h.exit();
});

test('while owned, detach restores the blocking domain', () => {
  const h = run([claim, alloc(), attach(), detach()], pair);
  expect(h.rets).toEqual([0, 0, 0, 0]);
  expect(state(h)).toBe('BB B');
  h.exit();
});

test.each([
  // [A, B] refuse the new domain, revert: [A, B]
  { refuse: 1, devices: 'DD D' },
  { refuse: 0, devices: 'DD D' },
])(
  'an attach that fails at device $refuse leaves the group where it was',
  ({ refuse, devices }) => {
    const h = run([alloc(), refusing({ attach_dev: refuse }, attach())], pair);
    expect(h.rets).toEqual([0, ENOMEM]);
    expect(state(h)).toBe(devices);
    h.exit();
  },
);

test('a revert that fails too: onto the blocking domain if there is one, else blocked', () => {
  const release: IommuOp = { op: 'release_group', group: 0, owner: 1 };
  // A takes the new domain, B does not, and A does not take the old one back.
  const all = refusing({ attach_dev: 'all' }, attach());
  const without = run([alloc(), all], pair);
  expect(without.rets).toEqual([0, ENOMEM]);
  expect(state(without)).toBe('-D D');
  const owned = host({ ...pair, iommus: [{ driver: 'intel', blockedDomain: true }] });
  const fallback = run([claim, release, alloc(), all], owned);
  expect(fallback.rets).toEqual([0, 0, 0, ENOMEM]);
  expect(state(fallback)).toBe('-D D');
  expect(names(fallback)(fallback.world.devices[0]?.domain.stored)).toBe('B');
  fallback.exit();
});

test('detach goes on with the other devices: blocked is who cannot be attached', () => {
  const h = run([alloc(), attach(), refusing({ attach_dev: 0 }, detach())], pair);
  expect(h.rets).toEqual([0, 0, 0]);
  expect(state(h)).toBe('-D D');
  h.exit();
});

test('a deferred device is attached to the default domain by nobody, to another one at once', () => {
  const deferred = host({ devices: [device({ attachDeferred: true })] });
  expect(state(run([alloc()], deferred))).toBe('- D');
  const h = run([alloc(), attach(), detach()], deferred);
  expect(h.rets).toEqual([0, 0, 0]);
  expect(state(h)).toBe('D D');
});

test('one translation entry for aliases', () => {
  const aliases = host({ devices: [device(), device({ aliasOf: 0 })] });
  const h = run([alloc(), attach(), detach()], aliases);
  expect(state(h)).toBe('DD D');
  const failed = run([alloc(), refusing({ attach_dev: 1 }, attach())], aliases);
  expect(state(failed)).toBe('DD D');
  expect(failed.world.slots.domain(0).stored?.attached.stored).toBe(0);
});

test('a client keeps a domain that is attached', () => {
  const free: IommuOp = { op: 'domain_free', domain: 0 };
  expect(run([alloc(), attach(), free, detach(), free]).rets).toEqual([0, 0, EBUSY, 0, 0]);
});

test('a PASID: in check order -EOPNOTSUPP, -EINVAL, -EBUSY', () => {
  const pasid = (op: 'attach_pasid' | 'detach_pasid', n: number, domain = 0): IommuOp => ({
    op,
    domain,
    device: 0,
    pasid: n,
  });
  const capable = host({ devices: [device({ maxPasids: 4 })] });
  const identity: IommuOp = { op: 'domain_alloc', domain: 2, device: 0, type: 'identity' };
  const calls = [
    alloc(),
    alloc(1),
    identity,
    pasid('attach_pasid', 0, 2),
    pasid('attach_pasid', 0),
    pasid('attach_pasid', 4),
    pasid('attach_pasid', 3),
    pasid('attach_pasid', 3, 1),
    pasid('detach_pasid', 3),
    pasid('attach_pasid', 3, 1),
  ];
  const h = run(calls, capable);
  expect(h.rets).toEqual([0, 0, 0, EOPNOTSUPP, EINVAL, EINVAL, 0, EBUSY, 0, 0]);
  expect(h.world.devices[0]?.pasid(3).stored).toBe(h.world.slots.domain(1).stored);
  h.exit();
});

test('a PASID that one device refuses is taken from those that have it', () => {
  const capable = host({ devices: [device({ maxPasids: 4 }), device({ maxPasids: 4 })] });
  const op: IommuOp = { op: 'attach_pasid', domain: 0, device: 0, pasid: 1 };
  const h = run([alloc(), refusing({ set_pasid: 1 }, op), op], capable);
  expect(h.rets).toEqual([0, ENOMEM, 0]);
  const other = run([alloc(), refusing({ set_pasid: 1 }, op)], capable);
  expect(other.world.devices.map((d) => d.pasid(1).stored)).toEqual([null, null]);
  expect(other.world.groups[0]?.pasidCount.stored).toBe(0);
});
