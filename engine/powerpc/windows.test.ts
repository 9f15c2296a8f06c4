// Windows and their tables: spec/spapr-tce-v2.md §5, sizes in host pages as locked_vm shows them.

import { describe, expect, test } from 'vitest';
import { ops, PAGE, TCE64, VA } from '../../model/testing.ts';
import { live, lockedVm, refusing, regions, run } from '../../test/engine/host.ts';
import { slots, tces, windows } from '../../test/engine/host.ts';
import { separateView } from '../defects/spapr/d-separate-view.ts';
import { EFAULT, EINVAL, EIO, ENOMEM } from '../errno.ts';

const { attach, create, disable, enable, map, register, remove, unmap } = ops;

/** powernv: 2 GiB below, the second window at 2^59, pages of 4K, 64K and 16M. */
const real = {
  tce32Size: 2 ** 31,
  tce64Start: 2 ** 59,
  pgsizes: 0x1011000,
  maxLevels: 5,
} as const;

const GiB2 = 2 ** 31;
const TiB = 2 ** 40;

describe('§5 a table is charged for the hardware and once more for the userspace copy', () => {
  // Two copies of: entries of 8 bytes, rounded up to a level's table, and so on for each level.
  test.each([
    ['4K', 12, { windowSize: GiB2, pageShift: 12, levels: 1 }, 2 * 1024],
    ['4K', 12, { windowSize: GiB2, pageShift: 12, levels: 2 }, 2 * (1024 + 2)],
    ['4K', 12, { windowSize: GiB2, pageShift: 12, levels: 3 }, 2 * (1024 + 2 + 1)],
    ['4K', 12, { windowSize: GiB2, pageShift: 16, levels: 1 }, 2 * 64],
    ['4K', 12, { windowSize: GiB2, pageShift: 24, levels: 1 }, 2],
    ['4K', 12, { windowSize: TiB, pageShift: 16, levels: 1 }, 2 * 32768],
    ['4K', 12, { windowSize: TiB, pageShift: 24, levels: 2 }, 2 * (128 + 1)],
    // 31 bits of entries over three levels: 11 each, not 10.
    ['4K', 12, { windowSize: 2 ** 47, pageShift: 16, levels: 3 }, 2 * (2 ** 22 + 2048 + 4)],
    ['4K', 12, { windowSize: PAGE, pageShift: 12, levels: 1 }, 2],
    ['64K', 16, { windowSize: GiB2, pageShift: 12, levels: 1 }, 2 * 64],
    ['64K', 16, { windowSize: GiB2, pageShift: 16, levels: 1 }, 2 * 4],
    ['64K', 16, { windowSize: GiB2, pageShift: 24, levels: 1 }, 2],
    ['64K', 16, { windowSize: TiB, pageShift: 16, levels: 2 }, 2 * (2048 + 1)],
  ])('%s host pages (shift %i), %o: %i pages', (_, pageShift, args, pages) => {
    const setting = { geometry: { ...real, pageShift } };
    // Removing the pending default window leaves the created one alone.
    const host = run([attach(), remove(), create(args)], setting);
    expect(host.rets).toEqual([0, 0, 0]);
    expect(lockedVm(host)).toBe(pages);
    expect(lockedVm(run([attach(), remove(), create(args), remove()], setting))).toBe(0);
    host.exit();
    expect(lockedVm(host)).toBe(0);
  });

  test('the default window of 2 GiB in 4K pages: 8 MiB', () => {
    const host = run([attach(), register(), map()], { geometry: real });
    expect(lockedVm(host)).toBe(2 + (8 * 2 ** 20) / PAGE);
    expect(windows(host)).toEqual([[0, 2 ** 19, 12], null]);
    host.exit();
    expect(lockedVm(host)).toBe(0);
  });

  test('v1: the table of the first MAP comes on top of ENABLE', () => {
    const v1 = { geometry: real, versions: [1] } as const;
    expect(lockedVm(run([attach(), enable()], v1))).toBe(2 ** 19);
    expect(lockedVm(run([attach(), enable(), map()], v1))).toBe(2 ** 19 + 2048);
    expect(lockedVm(run([attach(), enable(), map(), disable()], v1))).toBe(2048);
  });

  test.each([
    ['one level', { levels: 1 }, 1024 + 1024],
    ['two levels', { levels: 2 }, 1024 + 2 + 1024],
  ])('up to 4.19 the view is ALIGN_UP(8 * it_size), charged apart: %s', (_, { levels }, pages) => {
    const window = create({ windowSize: GiB2, pageShift: 12, levels });
    const host = run([attach(), remove(), window], { geometry: real, deltas: [separateView] });
    expect(lockedVm(host)).toBe(pages);
    host.exit();
    expect(lockedVm(host)).toBe(0);
  });

  test('up to 4.19 a view that cannot be had undoes the table: -ENOMEM', () => {
    const window = refusing({ vzalloc: 0 }, create());
    const host = run([attach(), remove(), window], { deltas: [separateView] });
    expect(host.rets.at(-1)).toBe(ENOMEM);
    expect(lockedVm(host)).toBe(0);
    expect(windows(host)).toEqual([null, null]);
    host.exit();
  });
});

describe('§5 create', () => {
  test('start = it_offset << shift: slot 1 behind the default window', () => {
    const host = run([attach(), create({ pageShift: 16, windowSize: 0x40000 })]);
    expect(host.results.at(-1)).toEqual({ ret: 0, out: { start: TCE64 } });
    expect(windows(host)).toEqual([
      [0, 4, 12],
      [TCE64, 4, 16],
    ]);
    expect(slots(host, 0)).toEqual([0, 1]);
  });

  test('the lowest free slot: the default window after its removal', () => {
    const host = run([attach(), remove(), create({ windowSize: 8 * PAGE })]);
    expect(host.results.at(-1)).toEqual({ ret: 0, out: { start: 0 } });
    expect(windows(host)).toEqual([[0, 8, 12], null]);
  });

  test('that fails for its arguments still made the default window', () => {
    const host = run([attach(), create({ pageShift: 13 })]);
    expect(host.rets).toEqual([0, EINVAL]);
    expect(windows(host)).toEqual([[0, 4, 12], null]);
  });

  const made = [attach(0), attach(1), register(), unmap()];
  test.each([
    ['create_table', ENOMEM, { create_table: 0 }],
    ['set_window of the first group', EIO, { set_window: 0 }],
    ['set_window of the second group', EIO, { set_window: 1 }],
  ] as const)('%s fails: %i, charge and programming undone', (_, errno, refuse) => {
    const host = run([...made, refusing(refuse, create())]);
    expect(host.rets.at(-1)).toBe(errno);
    expect(lockedVm(host)).toBe(lockedVm(run(made)));
    expect(windows(host)).toEqual([[0, 4, 12], null]);
    expect([slots(host, 0), slots(host, 1)]).toEqual([
      [0, null],
      [0, null],
    ]);
    host.exit();
  });

  test.each([
    ['create_table', ENOMEM, { create_table: 0 }],
    ['set_window', EIO, { set_window: 0 }],
  ] as const)('a default window that fails in %s stays pending', (_, errno, refuse) => {
    const host = run([attach(), register(), refusing(refuse, map()), map()]);
    expect(host.rets.slice(2)).toEqual([errno, 0]);
    expect(lockedVm(host)).toBe(2 + 2);
    host.exit();
  });
});

describe('§5 remove', () => {
  const mapped = [attach(0), attach(1), register(), map({ size: 2 * PAGE }), create()];

  test('clears, unsets in every group, frees and uncharges', () => {
    const host = run([...mapped, map({ iova: TCE64 }), remove()]);
    expect(windows(host)).toEqual([null, [TCE64, 4, 12]]);
    expect([slots(host, 0), slots(host, 1)]).toEqual([
      [null, 1],
      [null, 1],
    ]);
    expect(live(host, 1)).toEqual([0]);
    expect(regions(host)).toMatchObject([{ mapped: 2 }]);
    expect(lockedVm(host)).toBe(2 + 2);
    host.exit();
  });

  test('by the address of the other window leaves the first alone', () => {
    const host = run([...mapped, remove({ start: TCE64 })]);
    expect(windows(host)).toEqual([[0, 4, 12], null]);
    expect(live(host)).toEqual([0, 1]);
  });

  test('entries of a window are numbered from its start', () => {
    const at = { iova: TCE64 + 3 * PAGE, va: VA + PAGE, flags: 2 };
    const host = run([...mapped, map(at)]);
    expect(tces(host, 1)).toEqual([[3, VA + PAGE, 2, VA + PAGE]]);
  });
});

describe('§2 TCE_GET_INFO', () => {
  const v2 = { flags: 1, pgsizes: 0x11000, maxDynamicWindows: 2, levels: 2 };
  const v1 = { flags: 0, pgsizes: 0, maxDynamicWindows: 0, levels: 0 };
  test.each([
    ['v2', 2, v2],
    ['v1: no ddw part', 1, v1],
  ] as const)('%s', (_, version, ddw) => {
    const host = run([attach(), ops.info()], { versions: [version] });
    const out = { dma32Start: 0, dma32Size: 4 * PAGE, ...ddw };
    expect(host.results.at(-1)).toEqual({ ret: 0, out });
  });
});

test('§2 a window whose start cannot be written back stays', () => {
  const unheard = create({ readOnlyPointer: true });
  const host = run([attach(), unmap(), unheard, map({ iova: TCE64 })]);
  expect(host.rets[2]).toBe(EFAULT);
  expect(windows(host)).toEqual(windows(run([attach(), unmap(), create()])));
});
