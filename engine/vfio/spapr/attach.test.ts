// Attach and detach: spec/spapr-tce-v2.md §3, §4, the 6.12 column with §11 put right.

import { describe, expect, test } from 'vitest';
import type { GroupSpec } from '../../../model/vocabulary.ts';
import { ops, PAGE, VA } from '../../../model/testing.ts';
import { last, live, members, pins, refusing, regions } from '../../../test/engine/host.ts';
import { run, slots, windows } from '../../../test/engine/host.ts';
import { EBUSY, EINVAL, EIO, ENODEV, ENOMEM, EPERM } from '../../errno.ts';

const { attach, create, detach, map, register, unmap } = ops;

// 0 and 1 of one family, 2 of another, 3 legacy, 4 and 5 without a table group (5 legacy too).
const ddw: GroupSpec = { kind: 'ddw', family: 0 };
const legacy: GroupSpec = { kind: 'legacy', family: 2 };
const groups: readonly GroupSpec[] = [
  ddw,
  ddw,
  { ...ddw, family: 1 },
  legacy,
  { ...ddw, noTableGroup: true },
  { ...legacy, noTableGroup: true },
  { ...legacy, kernelDmaLive: true },
  { ...legacy, family: 0 },
];

describe('§3 attach to v2, in the order of the checks', () => {
  test.each([
    ['table_group NULL', ENODEV, [attach(4)]],
    ['table_group NULL before no dynamic windows', ENODEV, [attach(5)]],
    ['table_group NULL before ops differ', ENODEV, [attach(2), attach(4)]],
    ['no dynamic windows', EINVAL, [attach(3)]],
    ['no dynamic windows before ops differ', EINVAL, [attach(0), attach(3)]],
    ['same group', EBUSY, [attach(0), attach(0)]],
    ['same group behind another', EBUSY, [attach(0), attach(1), attach(0)]],
    ['same group before kzalloc', EBUSY, [attach(0), refusing({ kzalloc: 0 }, attach(0))]],
    ['ops differ', EPERM, [attach(0), attach(2)]],
    ['ops differ before kzalloc', EPERM, [attach(0), refusing({ kzalloc: 0 }, attach(2))]],
    ['kzalloc', ENOMEM, [refusing({ kzalloc: 0 }, attach(0))]],
    [
      'kzalloc before set_window',
      ENOMEM,
      [attach(0), register(), unmap(), refusing({ kzalloc: 0, set_window: 0 }, attach(1))],
    ],
    ['set_window', EIO, [attach(0), register(), unmap(), refusing({ set_window: 0 }, attach(1))]],
    ['second group', 0, [attach(0), attach(1)]],
    ['another kind after detach', 0, [attach(0), detach(0), attach(2)]],
    ['again after a failed attach', 0, [refusing({ kzalloc: 0 }, attach(0)), attach(0)]],
    ['a group in another container', EBUSY, [attach(0, 1), attach(0)]],
    ['detach of what is not attached', 0, [detach(0)]],
  ] as const)('%s: %i', (_, errno, calls) => {
    expect(last(calls, { groups, versions: [2, 2] })).toBe(errno);
  });
});

describe('§3 attach to v1, in the order of the checks', () => {
  test.each([
    ['table_group NULL', ENODEV, [attach(4)]],
    ['table_group NULL before groups attached', ENODEV, [attach(3), attach(4)]],
    ['groups attached', EBUSY, [attach(0), attach(1)]],
    ['groups attached before ops differ', EBUSY, [attach(0), attach(2)]],
    ['groups attached before kzalloc', EBUSY, [attach(0), refusing({ kzalloc: 0 }, attach(1))]],
    ['same group', EBUSY, [attach(3), attach(3)]],
    ['kernel DMA is live in a legacy table', EBUSY, [attach(6)]],
    ['kzalloc before ownership', ENOMEM, [refusing({ kzalloc: 0 }, attach(6))]],
    ['legacy', 0, [attach(3)]],
    ['dynamic windows', 0, [attach(0)]],
  ] as const)('%s: %i', (_, errno, calls) => {
    expect(last(calls, { groups, versions: [1] })).toBe(errno);
  });
});

describe('§3 effects of attach', () => {
  test('the default window is pending, made by the first MAP, programmed into every group', () => {
    const before = run([attach(0), attach(1)]);
    expect(windows(before)).toEqual([null, null]);
    expect(before.world.containers[0]?.defWindowPending.stored).toBe(true);
    const after = run([attach(0), attach(1), register(), unmap()]);
    expect(windows(after)).toEqual([[0, 4, 12], null]);
    expect([slots(after, 0), slots(after, 1)]).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(after.world.containers[0]?.defWindowPending.stored).toBe(false);
  });

  test('a group that joins is programmed with the existing windows', () => {
    const host = run([attach(0), register(), create(), attach(1)]);
    expect(members(host)).toEqual([1, 0]);
    expect(slots(host, 1)).toEqual([0, 1]);
  });

  test.each([0, 1])('set_window of slot %i fails: no slot stays programmed', (slot) => {
    const joining = refusing({ set_window: slot }, attach(1));
    const host = run([attach(0), register(), create(), joining]);
    expect(host.rets.at(-1)).toBe(EIO);
    expect(members(host)).toEqual([0]);
    expect([slots(host, 0), slots(host, 1)]).toEqual([
      [0, 1],
      [null, null],
    ]);
    host.exit();
  });

  test.each([
    ['legacy group busy', 1, attach(6)],
    ['kzalloc', 2, refusing({ kzalloc: 0 }, attach(0))],
  ] as const)('a failed attach leaves nothing: %s', (_, version, call) => {
    const host = run([call], { groups, versions: [version] });
    expect(members(host)).toEqual([]);
    expect(host.world.containers[0]?.defWindowPending.stored).toBe(false);
    expect(windows(host)).toEqual([null, null]);
    host.exit();
  });

  test('a refused attach leaves the list alone (§11 A1)', () => {
    const host = run([attach(0), attach(0), attach(2)], { groups });
    expect(members(host)).toEqual([0]);
    host.exit();
  });

  test('a legacy group lends its tables', () => {
    const host = run([attach(3)], { groups, versions: [1] });
    expect(windows(host)).toEqual([[0, 4, 12], null]);
  });

  test('kernel DMA in the second legacy table: the first is given back', () => {
    const two: GroupSpec = { ...legacy, tables: [{ itMap: true }, { itMap: true }] };
    const busy = refusing({ take_ownership: 1 }, attach(0));
    const host = run([busy, attach(0)], { groups: [two], versions: [1] });
    expect(host.rets).toEqual([EBUSY, 0]);
    host.exit();
  });
});

describe('§4 effects of detach', () => {
  const shared = [attach(0), attach(1), register(), map({ size: 2 * PAGE })];

  test('one of two groups leaves: its slots are unset, the mappings stay (BUG-D)', () => {
    const host = run([...shared, detach(1)]);
    expect([slots(host, 0), slots(host, 1)]).toEqual([
      [0, null],
      [null, null],
    ]);
    expect(live(host)).toEqual([0, 1]);
    expect(regions(host)).toEqual([{ ua: VA, entries: 2, used: 1, mapped: 3 }]);
  });

  test('the last group leaves: TCEs are cleared, windows stay for later groups', () => {
    const host = run([...shared, detach(1), detach(0), attach(1)]);
    expect(live(host)).toEqual([]);
    expect(regions(host)).toMatchObject([{ mapped: 1 }]);
    expect(windows(host)).toEqual([[0, 4, 12], null]);
    expect(slots(host, 1)).toEqual([0, null]);
  });

  test('a legacy group takes its table back, cleared', () => {
    const v1 = { groups, versions: [1] } as const;
    const mapped = run([attach(3), ops.enable(), map()], v1);
    expect(pins(mapped, VA)).toBe(1);
    const host = run([attach(3), ops.enable(), map(), detach(3)], v1);
    expect(windows(host)).toEqual([null, null]);
    expect(pins(host, VA)).toBe(0);
  });

  test('detach does not DISABLE a v1 container', () => {
    const host = run([attach(0), ops.enable(), detach(0)], { versions: [1] });
    expect(host.world.containers[0]?.enabled.stored).toBe(true);
  });
});
