// What the revisions do differently in their ioctls, call by call: spec/spapr-tce-v2.md §2 (columns
// v11, K42 and 6.12), §7, §11, §13.

import { describe, expect, test } from 'vitest';
import { NOWHERE, ops, PAGE, VA } from '../../model/testing.ts';
import { lockedVm, regions, run, stranger } from '../../test/engine/host.ts';
import { type Calls, deltasOf, ids, onAll, same } from '../../test/engine/revisions.ts';
import { testRows, three } from '../../test/engine/revisions.ts';
import { EBUSY, EFAULT, EINVAL, ENOENT, ENOMEM, ENOTTY, EPERM } from '../errno.ts';
import { reference, revisions } from './index.ts';

const { attach, create, map, register, remove, unmap, unregister } = ops;

test('every revision boots, the reference without deltas', () => {
  const about = revisions.filter((r) => r.subsystems.includes('registration'));
  expect(about.map(({ id }) => id)).toEqual(ids);
  expect(reference.deltas).toEqual([]);
  expect(onAll((s) => run([attach()], s).rets)).toEqual(ids.map(() => [0]));
});

const ready = [attach(), register()];
const two = { versions: [2, 2] } as const;
const elsewhere = { va: VA + 8 * PAGE } as const;

describe('§7, §11 registration', () => {
  testRows([
    [
      'UNREGISTER of what was never registered (U2)',
      [...ready, unregister(elsewhere)],
      three(ENOENT, EINVAL, ENOENT),
    ],
    ['UNREGISTER of a part (U1)', [...ready, unregister({ size: PAGE })], three(ENOENT, 0, ENOENT)],
    [
      'UNREGISTER of a superset',
      [...ready, unregister({ size: 3 * PAGE })],
      three(ENOENT, EINVAL, ENOENT),
    ],
    [
      'UNREGISTER before any REGISTER',
      [attach(1), register({ container: 1 }), unregister(elsewhere)],
      three(EPERM, EINVAL, EPERM),
      two,
    ],
    [
      'UNREGISTER of another container’s region (U3)',
      [register({ container: 1 }), register(elsewhere), unregister()],
      three(ENOENT, 0, ENOENT),
      two,
    ],
    ['REGISTER twice', [...ready, register()], three(EBUSY, 0, EBUSY)],
    [
      'UNREGISTER as often',
      [...ready, register(), unregister(), unregister()],
      three(ENOENT, 0, ENOENT),
    ],
    ['UNREGISTER once more', [...ready, unregister(), unregister()], three(ENOENT, EINVAL, ENOENT)],
    [
      'REGISTER of size 0 (§13 R8)',
      [register({ size: 0 })],
      [EINVAL, ENOMEM, ENOMEM, ENOMEM, ENOMEM],
    ],
    ['REGISTER that overlaps', [...ready, register({ size: PAGE })], same(EINVAL)],
    [
      'overlapping memory that is not there (D-ORDER)',
      [register({ va: NOWHERE - PAGE, size: PAGE }), register({ va: NOWHERE - PAGE })],
      [EFAULT, EINVAL, EINVAL, EFAULT, EFAULT],
    ],
    [
      'overlap over the limit (D-ORDER)',
      [register({ size: PAGE }), register()],
      [ENOMEM, EINVAL, EINVAL, ENOMEM, ENOMEM],
      { process: { memlockPages: 2 } },
    ],
    [
      'UNREGISTER of a mapped region (BUG-U)',
      [...ready, map(), unregister()],
      three(EBUSY, EBUSY, 0),
    ],
    [
      'UNREGISTER again (§13 R1)',
      [...ready, map(), unregister(), unregister()],
      three(EBUSY, EBUSY, ENOENT),
    ],
    [
      'REGISTER that overlaps the lost region (§13 R1)',
      [...ready, map(), unregister(), unmap(), register({ size: PAGE })],
      same(EINVAL),
    ],
  ]);

  test('BUG-U: a lost region stays pinned and charged, and is registered again with used 2', () => {
    const lost = [...ready, map(), unregister(), unmap()];
    const used = (calls: Calls) => onAll((s) => regions(run(calls, s)).map((r) => r.used));
    expect(used(lost)).toEqual(ids.map(() => [1]));
    expect(used([...lost, register()])).toEqual([[1], [2], [2], [2], [2]]);
    expect(onAll((s) => lockedVm(run([...lost, unregister()], s)))).toEqual([2, 2, 2, 4, 4]);
  });
});

describe('§2 whose container it is (D-MM), which commands there are (D-IOCTL)', () => {
  testRows([
    ['TCE_GET_INFO by another process', [...ready, stranger(ops.info())], three(EPERM, 0, EPERM)],
    ['REGISTER by another process', [...ready, stranger(register())], three(EPERM, 0, EPERM)],
    [
      'an unknown command by another process',
      [...ready, stranger(ops.unknown())],
      three(EPERM, ENOTTY, EPERM),
    ],
    ['TCE_CREATE', [attach(), create()], [0, ENOTTY, 0, 0, 0]],
    ['TCE_REMOVE', [attach(), remove()], [0, ENOTTY, 0, 0, 0]],
    ['TCE_REMOVE in v1', [attach(3), remove()], same(ENOTTY), { versions: [1] }],
    [
      'TCE_REMOVE of any address inside (§13 R3)',
      [...ready, unmap(), remove({ start: PAGE })],
      [0, ENOTTY, 0, 0, 0],
    ],
  ]);

  test('before 4.10 a region is charged to the process that registers it', () => {
    const calls = [...ready, stranger(register())];
    expect(onAll((s) => lockedVm(run(calls, s), 1))).toEqual([0, 2, 2, 0, 0]);
  });
});

describe('§2 parameter checks (E1, B4)', () => {
  testRows([
    ['MAP of a misaligned iova', [...ready, map({ iova: 0x800 })], three(EINVAL, EINVAL, 1)],
    ['UNMAP of a misaligned iova', [...ready, unmap({ iova: 0x800 })], three(EINVAL, EINVAL, 1)],
    [
      'UNMAP beyond the window',
      [...ready, unmap({ iova: 3 * PAGE, size: 2 * PAGE })],
      three(EINVAL, EINVAL, 1),
    ],
    ['MAP of a misaligned va', [...ready, map({ va: VA + 1 })], same(EINVAL)],
    ['MAP before REGISTER', [attach(), map()], same(EPERM)],
  ]);

  test('MAP past the end of the window writes outside the table, on all but the reference', () => {
    const past = [...ready, map({ iova: 3 * PAGE, size: 2 * PAGE })];
    const [now, ...others] = ids;
    expect(run(past, { deltas: deltasOf(now) }).rets.at(-1)).toBe(EINVAL);
    for (const id of others)
      expect(() => run(past, { deltas: deltasOf(id) })).toThrow(/entry 4 of .* which has 4/);
  });
});
