// The oracle: sequences and tables of the specification, alone and with a refusal or another call.
import { describe, expect, test } from 'vitest';
import { EBUSY, EEXIST, EFAULT, EINVAL, ENODEV, EOPNOTSUPP, EPERM } from '../errno.ts';
import { iommuOracle } from './oracle.ts';
import type { KnownOp } from './vocabulary.ts';
import {
  alloc,
  attach,
  claim,
  detach,
  device,
  free,
  GB,
  host,
  leaves,
  map,
  MB,
  PAGE,
  release,
  replace,
  rets,
  run,
  unmap,
  ways,
} from './testing.ts';

const phys = (iova: number): KnownOp => ({ op: 'iova_to_phys', domain: 0, iova });

describe('groups', () => {
  test('S7: attached twice is -EBUSY, replaced by the same is 0', () => {
    const sequence = [alloc(), alloc(1), attach(), attach(), attach(1), replace(0), replace(1)];
    expect(rets(run(host(), sequence))).toEqual([0, 0, 0, EBUSY, EBUSY, 0, 0]);
  });

  test('an owner attaches, detaches to the blocking domain, and gives back to the default one', () => {
    const sequence = [alloc(), claim(), claim(), attach(), detach(), attach(), release()];
    const ran = run(host(), sequence);
    expect(rets(ran)).toEqual([0, 0, EPERM, 0, 0, 0, 0]);
    expect(ran.state.groups[0]).toMatchObject({ owner: 0, domain: 'default', blocking: true });
    const detached = run(host(), sequence.slice(0, 5));
    expect(detached.state.groups[0]).toMatchObject({ owner: 1, domain: 'blocking' });
  });

  test('owner NULL, other domain, another owner', () => {
    const sequence = [claim(0), alloc(), attach(), claim(1), detach(), claim(1), claim(2)];
    expect(rets(run(host(), sequence))).toEqual([EINVAL, 0, 0, EBUSY, 0, 0, EPERM]);
  });

  test('S5: a driver or an owner', () => {
    const use: KnownOp = { op: 'use_default_domain', device: 0 };
    const unuse: KnownOp = { op: 'unuse_default_domain', device: 0 };
    expect(rets(run(host(), [use, claim(), unuse, claim(), use]))).toEqual([0, EPERM, 0, 0, EBUSY]);
  });

  test('S6: a device claimed twice is owned after one release', () => {
    const mine: KnownOp = { op: 'claim_device', device: 0, owner: 1 };
    const back: KnownOp = { op: 'release_device', device: 0, owner: 1 };
    const other: KnownOp = { op: 'claim_device', device: 0, owner: 2 };
    const sequence = [mine, mine, back, other, back, other];
    expect(rets(run(host(), sequence))).toEqual([0, 0, 0, EPERM, 0, 0]);
  });

  test('a device that needs direct mappings cannot be blocked', () => {
    const reserved = [{ kind: 'direct' }];
    const direct = host('intel', { devices: [device({ reserved })] });
    const ran = run(direct, [claim()]);
    expect(rets(ran)).toEqual([EINVAL]);
    // The blocking domain was made and stays.
    expect(ran.state.groups[0]).toMatchObject({ owner: 0, domain: 'default', blocking: true });
    expect(rets(run(direct, [claim()], { directClaimed: true }))).toEqual([0]);
  });

  test('attach_device is for groups of one device', () => {
    const two = host('intel', { devices: [device(), device(), device({ group: 1 })] });
    const to = (index: number): KnownOp => ({ op: 'attach_device', domain: 0, device: index });
    expect(rets(run(two, [alloc(), to(0), to(2), to(2)]))).toEqual([0, EINVAL, 0, EBUSY]);
    const absent = host('intel', { devices: [device(), device({ group: 1, unplugged: true })] });
    expect(rets(run(absent, [alloc(), to(1)]))).toEqual([0, ENODEV]);
  });

  test('a domain of other ops is -EINVAL, and so is one of another virtio-iommu', () => {
    const devices = [device(), device({ iommu: 1, group: 1 })];
    const mixed = host('intel', { iommus: [{ driver: 'intel' }, { driver: 'arm' }], devices });
    expect(rets(run(mixed, [alloc(), attach(0, 1)]))).toEqual([0, EINVAL]);
    const virtio = host('virtio', {
      iommus: [{ driver: 'virtio' }, { driver: 'virtio' }],
      devices,
    });
    expect(rets(run(virtio, [alloc(), attach(0, 1)]))).toEqual([0, EINVAL]);
    expect(rets(run(virtio, [alloc(), attach(0, 1)], { foreignExdev: true }))).toEqual([0, -18]);
  });

  test('a PASID: what comes before it in the way', () => {
    const devices = [device({ maxPasids: 4 }), device({ group: 1, unplugged: true })];
    const pasid = (id: number, index = 0): KnownOp => ({
      op: 'attach_pasid',
      domain: 0,
      device: index,
      pasid: id,
    });
    const sequence = [alloc(), pasid(0), pasid(4), pasid(1), pasid(1), pasid(1, 1), claim()];
    const expected = [0, EINVAL, EINVAL, 0, EBUSY, ENODEV, EBUSY];
    expect(rets(run(host('intel', { devices }), sequence))).toEqual(expected);
    const virtio = run(host('virtio', { devices }), [alloc(), pasid(1)]);
    expect(rets(virtio)).toEqual([0, EOPNOTSUPP]);
  });

  test('iommu-core.md §11: with a refusal every device is on the old domain, or on the new one', () => {
    const topology = host('intel', { devices: [device(), device()] });
    const sites = { budget: 2, sites: ['attach_dev'] };
    let state = iommuOracle.initial(topology, sites, {}, [[alloc()]]);
    state = ways(state, alloc()).find((w) => w.fault === null)!.state;
    const attached = ways(state, attach());
    for (const { done, fault, state: after } of attached) {
      expect(done.ret).toBe(fault === null ? 0 : 'errno');
      expect(after.groups[0]?.domain).toBe(fault === null ? 0 : 'default');
    }
    // MUST_SUCCEED: the group is on the default domain afterwards, refused or not.
    const on = attached.find((w) => w.fault === null)!.state;
    for (const { done, state: after } of ways(on, detach()))
      expect([done.ret, after.groups[0]?.domain]).toEqual([0, 'default']);
  });

  test('a domain that is attached is not freed by its client', () => {
    expect(rets(run(host(), [alloc(), attach(), free(), detach(), free(), free()]))).toEqual([
      0,
      0,
      EBUSY,
      0,
      0,
      EINVAL,
    ]);
  });
});

describe('mappings', () => {
  const mapped = (iova: number, pa: number, size: number) =>
    leaves(run(host(), [alloc(), map(iova, pa, size)]));

  test('iommu-core.md §2: alignment, size 0, a hole', () => {
    const at = (op: KnownOp) => run(host('arm'), [alloc(), map(0, MB, 2 * PAGE), op]).done[2];
    expect(at(map(PAGE / 2, MB, PAGE))).toEqual({ ret: EINVAL });
    expect(at(map(4 * PAGE, MB, 0))).toEqual({ ret: 0 });
    expect(at(unmap(PAGE / 2, PAGE))).toEqual({ ret: 0, out: { size: 0 } });
    expect(at(unmap(0, 4 * PAGE))).toEqual({ ret: 0, size: [2 * PAGE, 2 * PAGE] });
    expect(at(phys(PAGE + 5))).toEqual({ ret: 0, out: { pa: MB + PAGE + 5 } });
    expect(at(phys(2 * PAGE))).toEqual({ ret: 0, out: { pa: 0 } });
  });

  test('split-merge-dirty.md §8, count form: congruent and not', () => {
    expect(mapped(0x1ff000, 0x1ff000, 0x402000)).toEqual([
      [0x1ff000, PAGE],
      [0x200000, 2 * MB],
      [0x400000, 2 * MB],
      [0x600000, PAGE],
    ]);
    const pages = mapped(0x1ff000, 0x3000, 0x402000);
    expect([pages?.length, pages?.every(([, size]) => size === PAGE)]).toEqual([0x402, true]);
    expect(mapped(0, 0, 0x40201000)).toEqual([
      [0, GB],
      [GB, 2 * MB],
      [GB + 2 * MB, PAGE],
    ]);
  });

  test('iommu-core.md §10: over a leaf Intel keeps, AMD replaces, Arm refuses', () => {
    const over = (driver: 'intel' | 'amd' | 'arm') =>
      run(host(driver), [alloc(), map(0, MB, PAGE), map(0, 2 * MB, PAGE), phys(0)]);
    expect(over('intel').done.slice(2)).toEqual([{ ret: 0 }, { ret: 0, out: { pa: MB } }]);
    expect(over('amd').done.slice(2)).toEqual([{ ret: 0 }, { ret: 0, out: { pa: 2 * MB } }]);
    expect(over('arm').done.slice(2)).toEqual([{ ret: EEXIST }, { ret: 0, out: { pa: MB } }]);
  });

  test('S2: a range with a hole', () => {
    const left = (driver: 'intel' | 'arm') => {
      const { state } = run(host(driver), [alloc(), map(0, MB, PAGE), map(2 * PAGE, MB, PAGE)]);
      return ways(state, unmap(0, 3 * PAGE)).map(({ done, state: s }) => [
        done.size,
        leaves({ state: s }),
      ]);
    };
    expect(left('arm')).toEqual([[[PAGE, PAGE], [[2 * PAGE, PAGE]]]]);
    expect(left('intel')).toEqual([
      [[PAGE, 2 * PAGE], [[2 * PAGE, PAGE]]],
      [[3 * PAGE, 3 * PAGE], []],
    ]);
  });

  test('a refusal leaves nothing of the range', () => {
    let state = iommuOracle.initial(host(), { budget: 1, sites: ['page_table'] }, {}, [[alloc()]]);
    state = ways(state, alloc()).find((w) => w.fault === null)!.state;
    const all = ways(state, map(0, MB, 2 * PAGE));
    expect(all.map(({ done, fault, state: s }) => [done.ret, fault, leaves({ state: s })])).toEqual(
      [
        [
          0,
          null,
          [
            [0, PAGE],
            [PAGE, PAGE],
          ],
        ],
        ['errno', 'page_table', []],
      ],
    );
  });

  test('a look-up beside a map sees either', () => {
    const look = phys(0);
    const one = map(0, MB, PAGE);
    const start = iommuOracle.initial(host(), { budget: 0, sites: [] }, {}, [
      [alloc()],
      [one],
      [look],
    ]);
    const { state } = ways(start, alloc())[0]!;
    const [underway] = iommuOracle.advance(state, iommuOracle.begin(one));
    const seen = ways(underway!.state, look).map(({ done }) => done.out?.['pa']);
    expect(new Set(seen)).toEqual(new Set([0, MB]));
    expect(ways(state, look).map(({ done }) => done.out?.['pa'])).toEqual([0]);
  });
});

describe('split-merge-dirty.md §8', () => {
  const arm = host('arm', { iommus: [{ driver: 'arm', dirtyTracking: true }] });
  const split = (iova: number, size: number): KnownOp => ({
    op: 'split_block',
    domain: 0,
    iova,
    size,
  });
  const after = (maps: readonly KnownOp[], op: KnownOp) => {
    const ran = run(arm, [alloc(), ...maps, op]);
    const sizes = leaves(ran)?.map(([, size]) => size) ?? [];
    const counts = new Map<number, number>();
    for (const size of sizes) counts.set(size ?? 0, (counts.get(size ?? 0) ?? 0) + 1);
    return [ran.done.at(-1)?.ret, ...counts];
  };

  test('split expectations', () => {
    const block = map(0, 0, 2 * MB);
    expect(after([block], split(0, 2 * MB))).toEqual([0, [PAGE, 512]]);
    const readOnly = map(2 * MB, 2 * MB, 2 * MB, 1);
    expect(after([block, readOnly], split(0, 4 * MB))).toEqual([0, [PAGE, 512], [2 * MB, 1]]);
    expect(after([map(0, 0, GB)], split(0, 2 * MB))).toEqual([EFAULT, [GB, 1]]);
    expect(after([block], split(0, 4 * MB))).toEqual([EFAULT, [PAGE, 512]]);
    expect(after([block], split(0x800, PAGE))).toEqual([EINVAL, [2 * MB, 1]]);
    expect(after([block], split(PAGE, 0))).toEqual([0, [2 * MB, 1]]);
  });

  test('other drivers have no such op', () => {
    expect(rets(run(host('intel'), [alloc(), split(0, PAGE)]))).toEqual([0, ENODEV]);
  });
});

test('cookies.md §12: doorbells of an MSI cookie', () => {
  const get: KnownOp = { op: 'get_msi_cookie', domain: 0, base: 0x8000000 };
  const prepare = (address: number): KnownOp => ({ op: 'prepare_msi', device: 0, address });
  const ran = run(host(), [
    alloc(),
    get,
    get,
    attach(),
    prepare(0xfee00000),
    prepare(0xfee00004),
    prepare(0xfee01000),
  ]);
  expect(rets(ran)).toEqual([0, 0, EEXIST, 0, 0, 0, 0]);
  expect(ran.state.slots[0]?.leaves?.map(({ iova, pa }) => [iova, pa])).toEqual([
    [0x8000000, 0xfee00000],
    [0x8001000, 0xfee01000],
  ]);
  // 6: an IDENTITY group, then an UNMANAGED domain without a cookie.
  const identity = host('intel', { groups: [{ defaultDomain: 'identity' }, {}] });
  const sequence = [prepare(0xfee00000), alloc(), attach(), prepare(0xfee00000)];
  expect(rets(run(identity, sequence))).toEqual([0, 0, 0, EOPNOTSUPP]);
});
