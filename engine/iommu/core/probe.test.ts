// Devices that come and go, and default domains: spec/iommu-core.md §3.

import { expect, test } from 'vitest';
import { device, host, page } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { refusing, run } from '../../../test/iommu/host.ts';
import { EBUSY, EINVAL, ENODEV, ENOMEM, EPERM } from '../../errno.ts';
import type { IommuOp } from '../vocabulary/index.ts';

const probe = (dev = 1): IommuOp => ({ op: 'probe_device', device: dev });
const remove = (dev = 0): IommuOp => ({ op: 'remove_device', device: dev });
const type = (t: 'dma' | 'dmaFq' | 'identity'): IommuOp => ({
  op: 'set_group_type',
  group: 0,
  type: t,
});
const claim: IommuOp = { op: 'claim_group', group: 0, owner: 1 };
const pluggable = host({ devices: [device(), device({ unplugged: true })] });
const alone = host({ devices: [device({ unplugged: true })] });

test('a device that is added gets the domain of its group', () => {
  const h = run([probe(), probe()], pluggable);
  expect(h.rets).toEqual([0, 0]);
  const [group] = h.world.groups;
  expect(h.world.devices[1]?.rid.domain.stored).toBe(group?.defaultDomain.stored);
  h.exit();
});

test('also if the group is owned', () => {
  const h = run([claim, probe()], pluggable);
  const [group] = h.world.groups;
  expect(h.rets).toEqual([0, 0]);
  expect(group?.domain.stored).toBe(group?.blockingDomain.stored);
  expect(h.world.devices[1]?.rid.domain.stored).toBe(group?.blockingDomain.stored);
  h.exit();
});

test('the first device of a group brings the default domain, the last one takes it along', () => {
  const h = run([probe(0), remove(0), probe(0)], alone);
  expect(h.rets).toEqual([0, 0, 0]);
  expect(h.world.groups[0]?.domain.stored?.type).toBe('dma');
  const gone = run([probe(0), remove(0)], alone);
  expect(gone.world.groups[0]?.domain.stored).toBe(null);
  expect(gone.world.groups[0]?.defaultDomain.stored).toBe(null);
  gone.exit();
  h.exit();
});

test.each([
  ['kzalloc', ENOMEM],
  ['probe_device', ENODEV],
  ['domain_alloc', ENOMEM],
  ['attach_dev', ENOMEM],
] as const)('a probe that is refused at %s leaves nothing', (site, errno) => {
  const h = run([refusing({ [site]: 0 }, probe(0)), probe(0)], alone);
  expect(h.rets).toEqual([errno, 0]);
  h.exit();
  const once = run([refusing({ [site]: 0 }, probe(0))], alone);
  expect(once.world.groups[0]?.devices.stored).toBe(null);
  expect(once.world.devices[0]?.group.stored).toBe(null);
  once.exit();
});

test('the last device of a group that is owned stays', () => {
  const h = run([claim, remove(0), { op: 'release_group', group: 0, owner: 1 }, remove(0)]);
  expect(h.rets).toEqual([0, EBUSY, 0, 0]);
  h.exit();
});

test('a device goes while its group is attached: the domain stays with the others', () => {
  const pair = host({ devices: [device(), device()] });
  const calls = [
    { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' },
    { op: 'attach_group', domain: 0, group: 0 },
    remove(0),
  ] as const;
  const h = run(calls, pair);
  expect(h.rets).toEqual([0, 0, 0]);
  const domain = h.world.slots.domain(0).stored;
  expect(h.world.devices.map((d) => d.rid.domain.stored)).toEqual([null, domain]);
  h.exit();
});

test('an alias that is left keeps the translation entry', () => {
  const aliases = host({ devices: [device(), device({ aliasOf: 0 })] });
  const h = run([remove(0)], aliases);
  expect(h.world.devices[1]?.rid.domain.stored).toBe(h.world.groups[0]?.defaultDomain.stored);
});

test('bus_iommu_probe sets the default domain up', () => {
  const h = run([{ op: 'probe_device', device: 0, bus: true }], alone);
  expect(h.rets).toEqual([0]);
  expect(h.world.devices[0]?.rid.domain.stored).toBe(h.world.groups[0]?.defaultDomain.stored);
  h.exit();
});

test('sysfs: -EPERM while a driver or an owner has the group', () => {
  const use: IommuOp = { op: 'use_default_domain', device: 0 };
  expect(run([use, type('identity')]).rets).toEqual([0, EPERM]);
  expect(run([claim, type('identity')]).rets).toEqual([0, EPERM]);
  expect(run([type('dma')], alone).rets).toEqual([EINVAL]);
});

test('sysfs: another default domain, and the old one is freed', () => {
  const h = run([type('identity'), type('dma')]);
  expect(h.rets).toEqual([0, 0]);
  expect(h.world.groups[0]?.domain.stored).toBe(h.world.groups[0]?.defaultDomain.stored);
  h.exit();
  const refused = run([refusing({ attach_dev: 0 }, type('identity'))]);
  expect(refused.rets).toEqual([ENOMEM]);
  expect(refused.world.groups[0]?.defaultDomain.stored?.type).toBe('dma');
  refused.exit();
});

test('sysfs: DMA to DMA-FQ needs no other domain, and no free group', () => {
  const h = run([{ op: 'use_default_domain', device: 0 }, type('dmaFq')]);
  expect(h.rets).toEqual([0, 0]);
});

test('what devices insist on wins over what is asked for', () => {
  const wants = host({ devices: [device({ defDomainType: 'identity' })] });
  expect(run([type('dma'), type('identity')], wants).rets).toEqual([EINVAL, 0]);
  const untrusted = host({
    devices: [device({ unplugged: true, untrusted: true, defDomainType: 'identity' })],
  });
  expect(run([probe(0)], untrusted).rets).toEqual([EINVAL]);
});

test('where identity cannot be had, DMA', () => {
  const identity = host({ groups: [{ defaultDomain: 'identity' }], devices: alone.devices });
  const h = run([refusing({ domain_alloc: 0 }, probe(0))], identity);
  expect(h.rets).toEqual([0]);
  expect(h.world.groups[0]?.domain.stored?.type).toBe('dma');
  h.exit();
});

test('direct regions are mapped 1:1 in default domains, and keep owners out', () => {
  const reserved = [{ start: 4 * page, size: 2 * page, kind: 'direct' as const }];
  const direct = host({ devices: [device({ reserved }), device({ reserved, unplugged: true })] });
  const h = run([claim, probe(1), type('identity'), type('dma')], direct);
  expect(h.rets).toEqual([EINVAL, 0, 0, 0]);
  const dma = (iova: number): IommuOp => ({ op: 'dma_read', device: 0, iova });
  const access = run([type('identity'), type('dma'), dma(5 * page), dma(6 * page)], direct);
  expect(access.rets.slice(2).map((ret) => ret === 0)).toEqual([true, false]);
  h.exit();
});
