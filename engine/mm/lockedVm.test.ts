// locked_vm, event by event: spec/spapr-tce-v2.md §6, and that everything returns to 0 (§8, §10.5).

import { describe, expect, test } from 'vitest';
import { NOWHERE, ops, PAGE, VA } from '../../model/testing.ts';
import { allPins, lockedVm, refusing, run, stranger } from '../../test/engine/host.ts';
import { EFAULT, EINVAL, ENOENT, ENOMEM } from '../errno.ts';

const { attach, close, create, detach, disable, enable, map, register, remove } = ops;
const { unmap, unregister } = ops;

const second = { container: 1 } as const;
const elsewhere = { va: VA + 8 * PAGE } as const;

describe('§6 v2, pages after each call', () => {
  test.each([
    ['REGISTER charges its entries', [register(), register(elsewhere)], [2, 4]],
    ['only a new region is charged', [register(), register(second)], [2, 2]],
    [
      'and only the final put uncharges',
      [register(), register(second), unregister(), unregister(second)],
      [2, 2, 2, 0],
    ],
    ['attach charges nothing', [attach()], [0]],
    ['the default window', [attach(), register(), unmap()], [0, 2, 4]],
    ['MAP charges nothing', [attach(), register(), unmap(), map(), map()], [0, 2, 4, 4, 4]],
    ['CREATE and REMOVE', [attach(), create(), remove(), remove()], [0, 4, 2, 2]],
    ['the pending window was never charged', [attach(), remove()], [0, 0]],
    ['detach keeps the windows', [attach(), create(), detach()], [0, 4, 4]],
    ['close gives back all', [attach(), register(), create(), map(), close()], [0, 2, 6, 6, 0]],
    ['n == 0 is no charge', [register({ size: 0 })], [0]],
  ] as const)('%s', (_, calls, expected) => {
    const ups = calls.map((__, i) => lockedVm(run(calls.slice(0, i + 1), { versions: [2, 2] })));
    expect(ups).toEqual(expected);
  });
});

describe('§6 v1, pages after each call', () => {
  test.each([
    ['ENABLE charges tce32_size >> P', [attach(), enable(), disable()], [0, 4, 0]],
    ['DISABLE twice uncharges once', [attach(), enable(), disable(), disable()], [0, 4, 0, 0]],
    ['close uncharges', [attach(), enable(), close()], [0, 4, 0]],
    ['detach does not', [attach(), enable(), detach()], [0, 4, 4]],
    ['nothing per MAP', [attach(3), enable(), map(), unmap()], [0, 4, 4, 4]],
  ] as const)('%s', (_, calls, expected) => {
    const ups = calls.map((__, i) => lockedVm(run(calls.slice(0, i + 1), { versions: [1] })));
    expect(ups).toEqual(expected);
  });
});

describe('§6 the limit: locked_vm + n > RLIMIT_MEMLOCK >> P is -ENOMEM', () => {
  test.each([
    ['REGISTER just fits', 2, 0, [register()]],
    ['REGISTER one page over', 1, ENOMEM, [register()]],
    ['the second REGISTER', 3, ENOMEM, [register(), register(elsewhere)]],
    ['a region that is charged already', 2, 0, [register(), register(second)]],
    ['the table just fits', 4, 0, [attach(), register(), unmap()]],
    ['the table does not', 3, ENOMEM, [attach(), register(), unmap()]],
    ['room that came back', 2, 0, [register(), unregister(), register(elsewhere)]],
  ] as const)('%s: limit %i, result %i', (_, memlockPages, ret, calls) => {
    const host = run(calls, { versions: [2, 2], process: { memlockPages } });
    expect(host.rets.at(-1)).toBe(ret);
    expect(lockedVm(host)).toBeLessThanOrEqual(memlockPages);
    host.exit();
    expect(lockedVm(host)).toBe(0);
  });

  test('it is of the process, over its containers', () => {
    const calls = [register(), register({ ...second, ...elsewhere })];
    const host = run(calls, { versions: [2, 2], process: { memlockPages: 3 } });
    expect(host.rets).toEqual([0, ENOMEM]);
  });

  test('each process has its own', () => {
    const calls = [register(), stranger(register(second))];
    const host = run(calls, { versions: [2, 2], process: { memlockPages: 2 } });
    expect(host.rets).toEqual([0, 0]);
    expect([lockedVm(host, 0), lockedVm(host, 1)]).toEqual([2, 2]);
  });
});

describe('§7 a REGISTER that fails leaves no charge and no pin', () => {
  test.each([
    ['kzalloc', ENOMEM, refusing({ kzalloc: 0 }, register())],
    ['struct', ENOMEM, refusing({ kzalloc: 1 }, register())],
    ['hpas', ENOMEM, refusing({ vzalloc: 0 }, register())],
    ['first page', EFAULT, refusing({ pin: 0 }, register())],
    ['second page', EFAULT, refusing({ pin: 1 }, register())],
    ['a page that is not there', EFAULT, register({ va: NOWHERE - PAGE })],
  ] as const)('%s: %i', (_, errno, call) => {
    const host = run([call]);
    expect(host.rets).toEqual([errno]);
    expect([lockedVm(host), allPins(host)]).toEqual([0, 0]);
    host.exit();
  });

  test('overlap: -EINVAL, and the other region keeps its own', () => {
    const host = run([register({ size: PAGE }), register()]);
    expect(host.rets).toEqual([0, EINVAL]);
    expect([lockedVm(host), allPins(host)]).toEqual([1, 1]);
  });
});

describe('§8 after exit nothing is charged, pinned, programmed or referred to', () => {
  const everything = [attach(0), attach(1), register(), create(), map({ size: 2 * PAGE })];
  test.each([
    ['v2 with windows and mappings', [2], everything],
    ['two containers of one region', [2, 2], [...everything, register(second)]],
    ['closed before', [2], [...everything, close()]],
    ['a registration without a group', [2], [register()]],
    ['a group detached', [2], [...everything, detach(0)]],
    ['v1 with a mapping', [1], [attach(0), enable(), map()]],
    ['v1 legacy', [1], [attach(3), enable(), map()]],
    ['v1 enabled, the group gone', [1], [attach(0), enable(), detach(0)]],
    ['calls that failed', [2], [attach(), map(), register({ va: NOWHERE }), unregister()]],
  ] as const)('%s', (_, versions, calls) => {
    const host = run(calls, { versions });
    host.exit();
    expect([lockedVm(host), allPins(host)]).toEqual([0, 0]);
    expect(host.world.mms[0]?.count.stored).toBe(0);
    for (const { tableGroup, container } of host.world.groups) {
      expect(container.stored).toBe(null);
      if (tableGroup === null || tableGroup.legacy) continue;
      expect(tableGroup.tables.map((slot) => slot.stored)).toEqual([null, null]);
    }
  });

  test('a container closed while another maps its memory: the region goes with the last TCE', () => {
    const calls = [attach(0, 1), register(), register({ ...second, ...elsewhere })];
    const shared = [...calls, map(second), close()];
    const setting = { versions: [2, 2] } as const;
    expect(lockedVm(run(shared, setting))).toBe(2 + 2 + 2);
    const host = run([...shared, unmap(second), unregister(second)], setting);
    expect(host.rets.at(-1)).toBe(ENOENT);
    expect(lockedVm(host)).toBe(2 + 2);
    host.exit();
    expect([lockedVm(host), allPins(host)]).toEqual([0, 0]);
  });
});
