// Error codes and effects of DMA ownership: spec/coherency-and-ownership.md §4; and S5 to S7 of
// spec/iommu-core.md §12.

import { expect, test } from 'vitest';
import { device, host } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { Host, refusing, run } from '../../../test/iommu/host.ts';
import { claimEinval } from '../../defects/iommu/ownership/d-claim-einval.ts';
import { EBUSY, EINVAL, ENODEV, ENOMEM, EPERM } from '../../errno.ts';
import type { IommuOp } from '../vocabulary/index.ts';

const claim = (owner = 1, group = 0): IommuOp => ({ op: 'claim_group', group, owner });
const release = (owner = 1, group = 0): IommuOp => ({ op: 'release_group', group, owner });
const claimDevice = (owner = 1, dev = 0): IommuOp => ({ op: 'claim_device', device: dev, owner });
const releaseDevice = (owner = 1, dev = 0): IommuOp => ({
  op: 'release_device',
  device: dev,
  owner,
});
const use = (dev = 0): IommuOp => ({ op: 'use_default_domain', device: dev });
const unuse = (dev = 0): IommuOp => ({ op: 'unuse_default_domain', device: dev });
const alloc: IommuOp = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' };
const attach: IommuOp = { op: 'attach_group', domain: 0, group: 0 };
const pair = host({ devices: [device(), device()] });

test('claim and release', () => {
  const h = run([claim(), claim(), claim(2), release(), claim(2)]);
  expect(h.rets).toEqual([0, EPERM, EPERM, 0, 0]);
  expect(h.world.groups[0]?.owner.stored).toBe(2);
  expect(h.world.groups[0]?.domain.stored).toBe(h.world.groups[0]?.blockingDomain.stored);
  h.exit();
});

test('owner NULL is -EINVAL, before everything', () => {
  expect(run([claim(1), claim(0), claimDevice(0)]).rets).toEqual([0, EINVAL, EINVAL]);
});

test('-EPERM comes before -EBUSY', () => {
  expect(run([alloc, attach, claim()]).rets).toEqual([0, 0, EBUSY]);
  expect(run([claim(), alloc, attach, claim(2)]).rets).toEqual([0, 0, 0, EPERM]);
});

test('-EBUSY while a PASID is attached', () => {
  const capable = host({ devices: [device({ maxPasids: 4 })] });
  const pasid: IommuOp = { op: 'attach_pasid', domain: 0, device: 0, pasid: 1 };
  expect(run([alloc, pasid, claim(), claimDevice()], capable).rets).toEqual([0, 0, EBUSY, EBUSY]);
});

test('a driver that uses the DMA API and an owner exclude each other', () => {
  const h = run([use(0), claim(), use(1), unuse(0), claim(), unuse(1), claim(), use(0)], pair);
  expect(h.rets).toEqual([0, EPERM, 0, 0, EPERM, 0, 0, EBUSY]);
  h.exit();
});

test('use is -EBUSY on another domain than the default one only if somebody is there already', () => {
  // owner_cnt is 0: the kernel does not look at the domain (spec §4).
  expect(run([alloc, attach, use(0)], pair).rets).toEqual([0, 0, 0]);
  expect(run([use(0), alloc, attach, use(1)], pair).rets).toEqual([0, 0, 0, EBUSY]);
});

test('a device without a group can be used, and not be claimed', () => {
  const unplugged = host({ devices: [device({ unplugged: true })] });
  expect(run([use(), unuse(), claimDevice()], unplugged).rets).toEqual([0, EINVAL, ENODEV]);
});

test('device claims are counted for their owner', () => {
  const calls = [claimDevice(1, 0), claimDevice(1, 1), claimDevice(2, 0), claim(1)];
  const h = run([...calls, releaseDevice(1, 0), use(0), releaseDevice(1, 1), use(0)], pair);
  expect(h.rets).toEqual([0, 0, EPERM, EPERM, 0, EBUSY, 0, 0]);
  h.exit();
});

test('S6: claimed twice, released once: still owned', () => {
  const h = run([claimDevice(), claimDevice(), releaseDevice()]);
  expect(h.world.groups[0]?.owner.stored).toBe(1);
  expect(h.world.groups[0]?.ownerCnt.stored).toBe(1);
  h.exit();
});

test('a claim that fails changes nothing but for the blocking domain, which is kept', () => {
  const h = run([refusing({ attach_dev: 1 }, claim())], pair);
  const [group] = h.world.groups;
  expect(h.rets).toEqual([ENOMEM]);
  expect(group?.owner.stored).toBe(0);
  expect(group?.ownerCnt.stored).toBe(0);
  expect(group?.domain.stored).toBe(group?.defaultDomain.stored);
  expect(group?.blockingDomain.stored).not.toBe(null);
  expect(h.world.devices.map((d) => d.rid.domain.stored)).toEqual([
    group?.defaultDomain.stored,
    group?.defaultDomain.stored,
  ]);
  h.exit();
  const noMemory = run([refusing({ domain_alloc: 0 }, claim())], pair);
  expect(noMemory.rets).toEqual([ENOMEM]);
  expect(noMemory.world.groups[0]?.blockingDomain.stored).toBe(null);
});

test('release returns every device to the default domain, whatever was attached', () => {
  const h = run([claim(), alloc, attach, release()], pair);
  const [group] = h.world.groups;
  expect(h.rets).toEqual([0, 0, 0, 0]);
  expect(group?.domain.stored).toBe(group?.defaultDomain.stored);
  h.exit();
});

test('who has claimed nothing gives nothing back', () => {
  expect(run([release(), releaseDevice(), claim(), release(2), unuse()]).rets).toEqual([
    EINVAL,
    EINVAL,
    0,
    EINVAL,
    EINVAL,
  ]);
});

test('up to 6.1 a claim without a blocking domain is -EINVAL', () => {
  const refused = refusing({ domain_alloc: 0 }, claim());
  expect(run([refused], pair, [claimEinval]).rets).toEqual([EINVAL]);
  expect(run([refused], pair).rets).toEqual([ENOMEM]);
});

test('a claim waits for no default domain, and release finds it', () => {
  const late = host({ devices: [device({ unplugged: true })] });
  const h = run([{ op: 'probe_device', device: 0, bus: true }, claim(), release()], late);
  expect(h.rets).toEqual([0, 0, 0]);
  expect(h.world.groups[0]?.domain.stored).toBe(h.world.groups[0]?.defaultDomain.stored);
  h.exit();
});

test('claimed between the two halves of bus_iommu_probe: the owner keeps the group', () => {
  const late = host({ devices: [device({ unplugged: true })] });
  const h = new Host([{ op: 'probe_device', device: 0, bus: true }, claim(), release()], late);
  h.until(0, 'mutex_unlock', 'iommu_probe_device_lock');
  h.finish(1);
  h.finish(0);
  const [group] = h.world.groups;
  expect(h.rets).toEqual([0, 0, undefined]);
  expect(group?.domain.stored).toBe(group?.blockingDomain.stored);
  expect(group?.defaultDomain.stored).not.toBe(null);
  h.finish(2);
  expect(group?.domain.stored).toBe(group?.defaultDomain.stored);
  h.exit();
});
