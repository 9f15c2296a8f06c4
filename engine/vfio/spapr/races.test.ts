// What the spec says of calls side by side, step by step: spec/spapr-tce-v2.md §7 (mapped_inc against
// the last put, grace periods), §9, §10.11 (windows against MAP), §11 with every race put right.

import { describe, expect, test } from 'vitest';
import { ops, PAGE, VA } from '../../../model/testing.ts';
import { allPins, Host, live, lockedVm, regions } from '../../../test/engine/host.ts';
import { slots, stranger, windows } from '../../../test/engine/host.ts';
import { bugW } from '../../defects/spapr/bug-w-default-window-twice.ts';
import { EBUSY, EINVAL, ENXIO, EPERM } from '../../errno.ts';

const { attach, close, create, detach, map, register, remove, unmap, unregister } = ops;

/** The calls in front have ended; the last two are to be stepped. */
function prepared(calls: ConstructorParameters<typeof Host>[0], deltas = {}) {
  const host = new Host(calls, deltas);
  for (let i = 0; i < calls.length - 2; i++) host.finish(i);
  return { host, first: calls.length - 2, second: calls.length - 1 };
}

const other = { va: VA + 2 * PAGE } as const;

describe('§7 MAP against the last put of its region', () => {
  // Entry 0 comes from a region that stays, entry 1 from the one that goes; 2 was mapped before.
  const apart = [
    attach(),
    register({ size: PAGE }),
    register({ va: VA + PAGE, size: PAGE }),
    map({ iova: 2 * PAGE }),
  ];
  const both = [...apart, map({ size: 2 * PAGE }), unregister({ va: VA + PAGE, size: PAGE })];

  test('mapped_inc of a region being unregistered: -ENXIO, [entry, entry + i) cleared', () => {
    const { host, first, second } = prepared(both);
    host.until(first, 'inc_not_zero', 'mapped');
    expect(live(host)).toEqual([2]);
    // The count of entry 0; the next one is for the region that goes.
    host.until(first, 'spin_lock', 'it_entry_lock');
    host.until(first, 'spin_unlock', 'it_entry_lock');
    host.until(first, 'inc_not_zero', 'mapped');
    expect(live(host)).toEqual([0, 2]);
    expect(host.finish(second)).toBe(0);
    expect(allPins(host)).toBe(2);
    expect(host.finish(first)).toBe(ENXIO);
    expect(live(host)).toEqual([2]);
    expect(regions(host)).toEqual([{ ua: VA, entries: 1, used: 1, mapped: 2 }]);
    expect(allPins(host)).toBe(1);
  });

  test('mapped_inc first: UNREGISTER is -EBUSY and changes nothing', () => {
    const { host, first, second } = prepared([attach(), register(), map(), unregister()]);
    host.until(first, 'inc_not_zero', 'mapped');
    host.until(first, 'rcu_read_unlock', 'state');
    expect(host.finish(second, false)).toBe(EBUSY);
    expect(regions(host)).toEqual([{ ua: VA, entries: 2, used: 1, mapped: 2 }]);
    expect([lockedVm(host), allPins(host)]).toEqual([2 + 2, 2]);
    expect(host.finish(first)).toBe(0);
    expect(live(host)).toEqual([0]);
  });

  test('the put first: the region is not found, -EINVAL', () => {
    const { host, first, second } = prepared([attach(), register(), map(), unregister()]);
    expect(host.finish(second)).toBe(0);
    expect(host.finish(first)).toBe(EINVAL);
    host.exit();
    expect([lockedVm(host), allPins(host)]).toEqual([0, 0]);
  });

  test('UNMAP against UNREGISTER: -EBUSY until the count is down', () => {
    const { host, first, second } = prepared([attach(), register(), map(), unmap(), unregister()]);
    host.until(first, 'dec_unless_one', 'mapped');
    expect(live(host)).toEqual([]);
    expect(host.finish(second, false)).toBe(EBUSY);
    expect(host.finish(first)).toBe(0);
    expect(regions(host)).toMatchObject([{ used: 1, mapped: 1 }]);
  });
});

describe('§7 registrations side by side', () => {
  test('two containers register one range: the second -EINVAL or the same region', () => {
    const calls = [register(), register({ container: 1 })];
    const { host, first, second } = prepared(calls, { versions: [2, 2] });
    // Neither finds the region; both charge and pin before the overlap test.
    host.until(first, 'inc', 'pins');
    expect(host.finish(second)).toBe(0);
    expect(host.finish(first)).toBe(EINVAL);
    expect(regions(host)).toEqual([{ ua: VA, entries: 2, used: 1, mapped: 1 }]);
    expect([lockedVm(host), allPins(host)]).toEqual([2, 2]);
    host.exit();
  });

  test('one container: container->lock keeps the second REGISTER out', () => {
    const { host, first, second } = prepared([register(), register()]);
    host.until(first, 'inc', 'pins');
    host.until(second, 'mutex_lock', 'lock');
    expect(host.blocked(second)).toBe(true);
    expect(host.finish(first)).toBe(0);
    expect(host.finish(second)).toBe(EBUSY);
  });

  test('two processes: the one that binds the container first keeps it (§11 BUG-M)', () => {
    const { host, first, second } = prepared([register(), stranger(register())]);
    host.until(first, 'xchg', 'mm');
    expect(host.finish(second)).toBe(0);
    expect(host.finish(first)).toBe(EPERM);
    host.exit();
    expect(host.world.mms.map((mm) => mm.count.stored)).toEqual([0, 0]);
  });
});

describe('§10.11 nothing touches a window after it was removed', () => {
  test.each([
    ['TCE_REMOVE', remove()],
    ['TCE_CREATE', create()],
    ['attach', attach(1)],
    ['detach', detach(0)],
  ] as const)('%s waits for a MAP that works in it', (_, op) => {
    const calls = [attach(0), register(), unmap(), map(), op];
    const { host, first, second } = prepared(calls);
    host.until(first, 'inc_not_zero', 'mapped');
    host.until(second, 'down_write', 'windows');
    expect(host.blocked(second)).toBe(true);
    expect(host.finish(first)).toBe(0);
    expect(host.finish(second)).toBe(0);
    host.exit();
  });

  test('two MAPs work side by side', () => {
    const calls = [attach(), register(), unmap(), map(), map({ iova: PAGE })];
    const { host, first, second } = prepared(calls);
    host.until(first, 'inc_not_zero', 'mapped');
    expect(host.finish(second, false)).toBe(0);
    expect(host.finish(first)).toBe(0);
    expect(live(host)).toEqual([0, 1]);
  });

  test('two MAPs of one entry: the last one stays, one count each way', () => {
    const calls = [attach(), register(), register(other), unmap(), map(), map(other)];
    const { host, first, second } = prepared(calls);
    host.until(first, 'spin_lock', 'it_entry_lock');
    expect(host.finish(second, false)).toBe(0);
    expect(host.finish(first)).toBe(0);
    expect(live(host)).toEqual([0]);
    expect(regions(host).map(({ mapped }) => mapped)).toEqual([2, 1]);
  });

  test('close waits for a MAP in flight, which then releases', () => {
    const { host, first, second } = prepared([attach(), register(), map(), close()]);
    host.until(first, 'inc_not_zero', 'mapped');
    expect(host.finish(second, false)).toBe(0);
    expect(regions(host).length).toBe(1);
    expect(host.finish(first)).toBe(0);
    expect([regions(host), lockedVm(host), allPins(host)]).toEqual([[], 0, 0]);
    host.exit();
  });
});

describe('§8, §13 R6: a region that another container maps, and the close of its own', () => {
  // c0 maps what c1 registered.
  const shared = [
    attach(),
    register({ va: VA + 2 * PAGE, size: PAGE }),
    register({ container: 1, size: PAGE }),
  ];
  const versions = { versions: [2, 2] } as const;
  const mapped = (host: Host) => regions(host).map((r) => [r.used, r.mapped]);

  test('MAP that finds it while it goes: -ENXIO', () => {
    const { host, first, second } = prepared([...shared, close(1), map()], versions);
    host.until(first, 'cmpxchg 1→0', 'mapped');
    host.until(first, 'write_once', 'iommu_group_mem_list');
    expect(host.finish(second, false)).toBe(ENXIO);
    expect(host.finish(first)).toBe(0);
    expect(mapped(host)).toEqual([[1, 1]]);
    host.exit();
  });

  test('the last TCE goes after the put was refused and before the base count: so does the region', () => {
    const { host, first, second } = prepared([...shared, map(), close(1), unmap()], versions);
    host.until(first, 'dec_and_test', 'mapped');
    expect(host.finish(second, false)).toBe(0);
    expect(host.finish(first)).toBe(0);
    expect(mapped(host)).toEqual([[1, 1]]);
    host.exit();
  });

  test('MAP between the last UNMAP of an orphan and its end: the region stays with one count', () => {
    const calls = [...shared, map(), close(1), unmap(), map({ iova: PAGE })];
    const { host, first, second } = prepared(calls, versions);
    host.until(first, 'dec_and_test', 'mapped');
    expect(host.finish(second)).toBe(0);
    expect(host.finish(first)).toBe(0);
    expect(mapped(host)).toEqual([
      [0, 1],
      [1, 1],
    ]);
    host.exit();
    expect(lockedVm(host)).toBe(0);
  });
});

describe('§11 BUG-W first MAP against first MAP', () => {
  const calls = [attach(), register(), map(), map({ iova: PAGE })];

  test('one default window for both', () => {
    const { host, first, second } = prepared(calls);
    host.until(first, 'mutex_lock', 'lock');
    expect(host.finish(second)).toBe(0);
    expect(host.finish(first)).toBe(0);
    expect(lockedVm(host)).toBe(2 + 2);
    expect(windows(host)).toEqual([[0, 4, 12], null]);
    expect(live(host)).toEqual([0, 1]);
  });

  test('§13 R4 with BUG-W: made twice, one mapping in a table that the hardware does not use', () => {
    const { host, first, second } = prepared(calls, { deltas: [bugW] });
    host.until(first, 'write', 'tables[0]');
    host.finish(second);
    expect(host.finish(first)).toBe(0);
    expect(lockedVm(host)).toBe(2 + 2 + 2);
    expect(slots(host, 0)).not.toEqual([null, null]);
    expect(() => host.exit()).toThrow('never freed');
  });
});
