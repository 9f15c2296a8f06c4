// HWPT_ALLOC, bind, attach, replace, detach: order of checks of spec/cookies.md §4, spec/iommu-core.md §6,
// spec/coherency-and-ownership.md §2.

import { describe, expect, test } from 'vitest';
import { device, host, memory, page } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { refusing, run } from '../../../test/iommu/host.ts';
import {
  EADDRINUSE,
  EBUSY,
  EINVAL,
  ENODEV,
  ENOENT,
  ENOMEM,
  EOPNOTSUPP,
  EPERM,
} from '../../errno.ts';
import type { IommuOp } from '../vocabulary/index.ts';

const ioas = (n = 0): IommuOp => ({ op: 'ioas_alloc', ioas: n });
const bind = (dev = 0): IommuOp => ({ op: 'iommufd_bind', device: dev });
const unbind = (dev = 0): IommuOp => ({ op: 'iommufd_unbind', device: dev });
const attach = (to: object = { ioas: 0 }, dev = 0): IommuOp => ({
  op: 'iommufd_attach',
  device: dev,
  ...to,
});
const detach = (dev = 0): IommuOp => ({ op: 'iommufd_detach', device: dev });
const hwpt = (n: number, more: object = { ioas: 0 }): IommuOp => ({
  op: 'hwpt_alloc',
  hwpt: n,
  device: 0,
  ...more,
});
const destroy = (n: number): IommuOp => ({ op: 'hwpt_destroy', hwpt: n });
const last = (calls: readonly IommuOp[], on = host()) => {
  const h = run(calls, on);
  h.exit();
  return h.rets.at(-1);
};

describe('§4 HWPT_ALLOC of an IOAS', () => {
  const intel = [{ driver: 'intel', dirtyTracking: true }] as const;
  test.each([
    ['plain', {}, undefined, 0],
    ['a device that is not bound', { device: 1 }, undefined, ENOENT],
    ['an IOAS that is not there', { ioas: 4 }, undefined, EINVAL],
    ['unknown flags', { flags: 8 }, undefined, EOPNOTSUPP],
    ['NEST_PARENT', { flags: 1 }, undefined, 0],
    ['DIRTY without the capability', { flags: 2 }, undefined, EOPNOTSUPP],
    ['DIRTY with it', { flags: 2 }, intel, 0],
    ['FAULT_ID', { flags: 4 }, undefined, 0],
    ['FAULT_ID of a parent', { flags: 5 }, undefined, EOPNOTSUPP],
    [
      'flags, and a driver without user allocation',
      { flags: 1 },
      [{ driver: 'virtio' }],
      EOPNOTSUPP,
    ],
  ] as const)('%s: %o', (_, more, iommus, ret) => {
    const devices = [device(), device({ group: 1 })];
    const on = host({ groups: [{}, {}], devices, ...(iommus === undefined ? {} : { iommus }) });
    expect(last([ioas(), bind(), hwpt(0, { ioas: 0, ...more })], on)).toBe(ret);
  });

  test.each([
    ['kzalloc', { kzalloc: 0 }],
    ['the driver', { domain_alloc: 0 }],
  ] as const)('%s: -ENOMEM, and the id is free again', (_, refuse) => {
    const h = run([ioas(), bind(), refusing(refuse, hwpt(0)), hwpt(0)]);
    expect(h.rets).toEqual([0, 0, ENOMEM, 0]);
    h.exit();
  });

  test('areas outside of the aperture: -EADDRINUSE', () => {
    const high: IommuOp = { op: 'ioas_map', ioas: 0, iova: 2 ** 18, va: memory, size: page };
    expect(last([ioas(), high, bind(), hwpt(0)])).toBe(EADDRINUSE);
  });

  test('areas that are no pages: -EADDRINUSE', () => {
    const odd: IommuOp = { op: 'ioas_map', ioas: 0, iova: 100, va: memory + 100, size: 200 };
    expect(last([ioas(), odd, bind(), hwpt(0)])).toBe(EADDRINUSE);
  });
});

describe('§4 HWPT_ALLOC of a parent', () => {
  const nested = (more: object = {}) => hwpt(1, { parent: 0, ...more });
  test.each([
    ['a nest parent', [hwpt(0, { ioas: 0, flags: 1 }), nested()], 0],
    ['no nest parent', [hwpt(0), nested()], EINVAL],
    ['a nested one', [hwpt(0, { ioas: 0, flags: 1 }), nested(), hwpt(2, { parent: 1 })], EINVAL],
    ['nothing', [nested()], EINVAL],
    ['other flags', [hwpt(0, { ioas: 0, flags: 1 }), nested({ flags: 1 })], EOPNOTSUPP],
  ] as const)('%s', (_, calls, ret) => {
    expect(last([ioas(), bind(), ...calls])).toBe(ret);
  });

  test('keeps the parent: -EBUSY', () => {
    const calls = [ioas(), bind(), hwpt(0, { ioas: 0, flags: 1 }), nested(), destroy(0)];
    expect(last(calls)).toBe(EBUSY);
    expect(last([...calls, destroy(1), destroy(0)])).toBe(0);
  });
});

describe('bind', () => {
  test.each([
    ['a device', host(), [bind()], 0],
    ['twice', host(), [bind(), bind()], EINVAL],
    ['no coherency', host({ iommus: [{ driver: 'arm', coherentWalk: false }] }), [bind()], EINVAL],
    ['no group', host({ devices: [device({ unplugged: true })] }), [bind()], ENODEV],
    ['no isolation', host({ iommus: [{ driver: 'intel', isolatedMsi: false }] }), [bind()], EPERM],
    [
      'no isolation, allowed',
      host({ iommus: [{ driver: 'intel', isolatedMsi: false }], allowUnsafeInterrupts: true }),
      [bind()],
      0,
    ],
    ['a driver has it', host({ devices: [device({ kernelDriver: true })] }), [bind()], EPERM],
    ['unbind, and again', host(), [bind(), unbind(), bind()], 0],
    ['unbind of nothing', host(), [unbind()], EINVAL],
  ] as const)('%s', (_, on, calls, ret) => {
    expect(last(calls, on)).toBe(ret);
  });

  test('another owner: -EPERM; both devices of a group are one owner’s', () => {
    const claim: IommuOp = { op: 'claim_group', group: 0, owner: 1 };
    expect(last([claim, bind()])).toBe(EPERM);
    const h = run([bind(0), bind(1)], host({ devices: [device(), device()] }));
    expect(h.rets).toEqual([0, 0]);
    expect(h.world.groups[0]?.ownerCnt.stored).toBe(2);
    h.exit();
    expect(h.world.groups[0]?.ownerCnt.stored).toBe(0);
  });
});

describe('attach and replace', () => {
  const pair = host({ devices: [device(), device()] });
  test.each([
    ['nothing of that id', [ioas(), bind(), attach({ hwpt: 3 })], ENOENT],
    ['a device that is not bound', [ioas(), attach()], EINVAL],
    ['an IOAS', [ioas(), bind(), attach()], 0],
    ['the same again', [ioas(), bind(), hwpt(0), attach({ hwpt: 0 }), attach({ hwpt: 0 })], 0],
    [
      'another hwpt than the group has',
      [ioas(), bind(0), bind(1), hwpt(0), hwpt(1), attach({ hwpt: 0 }), attach({ hwpt: 1 }, 1)],
      EINVAL,
    ],
    ['a hwpt in use', [ioas(), bind(), hwpt(0), attach({ hwpt: 0 }), destroy(0)], EBUSY],
    ['after detach', [ioas(), bind(), hwpt(0), attach({ hwpt: 0 }), detach(), destroy(0)], 0],
  ] as const)('%s', (_, calls, ret) => {
    expect(last(calls, pair)).toBe(ret);
  });

  test('the group goes to the hwpt’s domain, and to the blocking one after', () => {
    const h = run([ioas(), bind(), attach()]);
    expect(h.world.groups[0]?.domain.stored?.client).toBe('iommufd');
    const gone = run([ioas(), bind(), attach(), detach()]);
    const group = gone.world.groups[0];
    expect(group?.domain.stored).toBe(group?.blockingDomain.stored);
    h.exit();
    gone.exit();
  });

  test('a reserved region where something is mapped: -EADDRINUSE', () => {
    const reserved = [{ start: page, size: page, kind: 'reserved' }] as const;
    const map: IommuOp = { op: 'ioas_map', ioas: 0, iova: page, va: memory, size: page };
    const on = host({ devices: [device({ reserved })] });
    expect(last([ioas(), map, bind(), attach()], on)).toBe(EADDRINUSE);
    expect(last([ioas(), bind(), attach(), map], on)).toBe(EINVAL);
  });

  test('a replace that fails changes nothing', () => {
    const calls = [ioas(), bind(), hwpt(0), hwpt(1), attach({ hwpt: 0 })];
    const h = run([...calls, refusing({ attach_dev: 0 }, attach({ hwpt: 1 })), destroy(0)]);
    expect(h.rets.slice(-2)).toEqual([ENOMEM, EBUSY]);
    h.exit();
  });

  test('a window in which interrupts are set up: iommufd’s pages, also after a replace', () => {
    const reserved = [{ start: 0x8000, size: 4 * page, kind: 'swMsi' }] as const;
    const on = host({ devices: [device({ reserved })] });
    const prepare: IommuOp = { op: 'prepare_msi', device: 0, address: 0xfee00040 };
    const other: IommuOp = { ...prepare, address: 0xfee01000 };
    const calls = [ioas(), bind(), hwpt(0), hwpt(1), attach({ hwpt: 0 })];
    const h = run([...calls, prepare, other, attach({ hwpt: 1 }), prepare], on);
    expect(h.results.slice(5).map((r) => r.out)).toEqual([
      { address: 0x8040 },
      { address: 0x9000 },
      undefined,
      { address: 0x8040 },
    ]);
    h.exit();
  });
});
