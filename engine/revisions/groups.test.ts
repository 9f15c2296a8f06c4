// What the revisions do differently with groups, windows and locked_vm: spec/spapr-tce-v2.md §3, §4,
// §6, §8, §11.

import { describe, expect, test } from 'vitest';
import type { GroupSpec } from '../../model/vocabulary.ts';
import { ops, PAGE } from '../../model/testing.ts';
import { live, lockedVm, refusing, run, type Setting, windows } from '../../test/engine/host.ts';
import { type Calls, deltasOf, ids, onAll, same, testRows } from '../../test/engine/revisions.ts';
import { EBUSY, EINVAL, EIO, ENODEV, EPERM } from '../errno.ts';

const { attach, create, detach, enable, map, register, remove, unmap, unregister } = ops;

const ready = [attach(), register()];

const legacy: GroupSpec = { kind: 'legacy', family: 2 };
const ddw: GroupSpec = { kind: 'ddw', family: 0 };
const groups = [ddw, ddw, { ...ddw, family: 1 }, legacy, legacy] as const;
const v1 = { versions: [1], groups } as const;
const v2 = { versions: [2], groups } as const;

describe('§3 attach', () => {
  testRows([
    ['a legacy group to v2', [attach(3)], [EINVAL, 0, 0, EPERM, EINVAL], v2],
    ['dynamic windows to v1', [attach(0)], [0, 0, 0, EPERM, 0], v1],
    ['dynamic windows to v2', [attach(0)], same(0), v2],
    ['a legacy group to v1', [attach(3)], same(0), v1],
    ['a second legacy group to v1', [attach(3), attach(4)], same(EBUSY), v1],
    ['a second dynamic group to v1', [attach(0), attach(1)], [EBUSY, 0, 0, EPERM, EBUSY], v1],
    ['a second dynamic group to v2', [attach(0), attach(1)], same(0), v2],
    ['a group of other ops to v2', [attach(0), attach(2)], same(EPERM), v2],
    ['the same group', [attach(0), attach(0)], same(EBUSY), v2],
  ]);

  test('no table group: followed in v11 and 4.2, -ENODEV since 4.11 (A2)', () => {
    const none = { groups: [{ ...ddw, noTableGroup: true }] } as const;
    const outcome = (s: Setting) => {
      try {
        return run([attach()], s).rets.at(-1);
      } catch (error) {
        return (error as Error).message;
      }
    };
    const oops = 'table_group is NULL and is followed';
    expect(onAll(outcome, none)).toEqual([ENODEV, oops, oops, ENODEV, ENODEV]);
  });

  test('the default window comes with the first group, later with the first MAP', () => {
    const made = [[0, 4, 12], null];
    const none = [null, null];
    expect(onAll((s) => windows(run([attach()], s)))).toEqual([none, made, made, none, none]);
    expect(onAll((s) => windows(run([...ready, unmap()], s)))).toEqual(ids.map(() => made));
  });

  test('A4: a failed attach keeps the default window; it leaks', () => {
    const failed = [refusing({ set_window: 0 }, attach())];
    expect(onAll((s) => run(failed, s).rets)).toEqual([[0], [EIO], [EIO], [0], [0]]);
    const made = [[0, 4, 12], null];
    expect(windows(run(failed, { deltas: deltasOf('spapr/v11') }))).toEqual(made);
  });

  test('BUG-P: a failed attach leaves the default window pending', () => {
    const joining = refusing({ set_window: 0 }, attach());
    const calls = [attach(), create(), remove(), detach(), joining];
    const pending = (s: Setting) => run(calls, s).world.containers[0]?.defWindowPending.stored;
    expect(onAll(pending)).toEqual([false, false, false, true, true]);
  });
});

describe('§4 detach', () => {
  test('of one of two groups wipes the shared table in 6.12 only (BUG-D)', () => {
    const calls = [attach(0), attach(1), register(), map({ size: 2 * PAGE }), detach(1)];
    expect(onAll((s) => live(run(calls, s)))).toEqual([[0, 1], [0, 1], [0, 1], [0, 1], []]);
  });
});

describe('§6 locked_vm after each call', () => {
  const timeline = (calls: Calls, setting: Setting = {}) =>
    onAll((s) => calls.map((_, i) => lockedVm(run(calls.slice(0, i + 1), s))), setting);

  test('attach, REGISTER, MAP, UNMAP, UNREGISTER, detach', () => {
    const early = [2, 4, 4, 4, 2, 2];
    const late = [0, 2, 4, 4, 2, 2];
    const calls = [...ready, map(), unmap(), unregister(), detach()];
    expect(timeline(calls)).toEqual([late, early, early, late, late]);
  });

  test('the default window of 2 GiB: 8 MiB however it is split', () => {
    const early = [2048, 2050, 2050];
    const late = [0, 2, 2050];
    const geometry = { tce32Size: 2 ** 31 };
    expect(timeline([...ready, map()], { geometry })).toEqual([late, early, early, late, late]);
  });

  test('v1 has no userspace view up to 4.19', () => {
    const calls = [attach(), enable()];
    const host = (id: string) => lockedVm(run(calls, { ...v1, deltas: deltasOf(id) }));
    expect(['reference', 'spapr/v11', 'spapr/4.2', 'spapr/6.12'].map(host)).toEqual([4, 5, 5, 4]);
  });

  test('legacy tables: only the userspace view of v2', () => {
    const host = (id: string) => lockedVm(run([attach(3)], { ...v2, deltas: deltasOf(id) }));
    expect(['spapr/v11', 'spapr/4.2'].map(host)).toEqual([1, 1]);
  });

  test('a table that is not made stays charged (BUG-L), on every try (§13 R12)', () => {
    const failing = refusing({ create_table: 0 }, map());
    const calls = [...ready, failing, failing];
    const late = [0, 2, 4, 6];
    expect(timeline(calls)).toEqual([[0, 2, 2, 2], [2, 4, 4, 4], [2, 4, 4, 4], late, late]);
  });

  test('after exit: what a process registered before 4.10 is never given back (R1)', () => {
    const left = onAll((s) => {
      const host = run([...ready, map()], s);
      try {
        host.exit();
        return lockedVm(host);
      } catch (error) {
        return /never freed: .*region/i.test((error as Error).message);
      }
    });
    expect(left).toEqual([0, true, true, 0, 0]);
  });
});
