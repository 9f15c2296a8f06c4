// One row per error code of a v2 container, in check order: the shortest list of operations that
// reaches it. From spec/spapr-tce-v2.md §2 (6.12 column), §3, §7, with the bugs of §11, §13 fixed.
import { describe, expect, test } from 'vitest';
import { EBADF, EBUSY, EFAULT, EINVAL, ENODEV, ENOENT } from './errno.ts';
import { ENOMEM, ENOSPC, ENOTTY, ENXIO, EPERM } from './errno.ts';
import { limit, resultsOf, type Row } from './error-table.ts';
import { byStranger, NOWHERE, ops, PAGE, run, TCE64, topology, VA, VA64K } from './testing.ts';

const bad = { badPointer: true } as const;
const short = { shortArgsz: true } as const;
const { attach, close, create, detach, disable, enable, map } = ops;
const { register, remove, unmap, unregister } = ops;
const v2Ready = [attach(), register()];

const v2Rows: Readonly<Record<string, readonly Row[]>> = {
  attach: [
    ['closed', EBADF, [close(), attach()]],
    ['no table_group', ENODEV, [attach(4)]],
    ['legacy group', EINVAL, [attach(3)]],
    ['legacy group before its family', EINVAL, [attach(), attach(3)]],
    ['same group', EBUSY, [attach(), attach()]],
    ['other family', EPERM, [attach(), attach(2)]],
    ['no dynamic windows', EINVAL, [attach()], { geometry: { maxDynamicWindows: 0 } }],
    ['second group', 0, [attach(), attach(1)]],
    ['again after detach', 0, [attach(), detach(), attach()]],
    ['other family after detach', 0, [attach(), detach(), attach(2)]],
  ],
  detach: [
    ['closed', EBADF, [close(), detach()]],
    ['not a member', 0, [detach()]],
    ['member', 0, [attach(), detach()]],
  ],
  close: [
    ['closed', EBADF, [close(), close()]],
    ['in use', 0, [...v2Ready, map(), close()]],
  ],
  v1only: [
    ['enable', ENOTTY, [enable()]],
    ['disable', ENOTTY, [disable()]],
    ['enable by a stranger', EPERM, [register(), byStranger(enable())]],
  ],
  register: [
    ['closed', EBADF, [close(), register()]],
    ['stranger', EPERM, [register(), byStranger(register())]],
    ['pointer', EFAULT, [register({ ...bad, ...short })]],
    ['argsz', EINVAL, [register(short)]],
    ['flags', EINVAL, [register({ flags: 1 })]],
    ['va unaligned', EINVAL, [register({ va: VA + 1 })]],
    ['size unaligned', EINVAL, [register({ size: 1 })]],
    ['size 0', EINVAL, [register({ size: 0 })]],
    ['wraps', EINVAL, [register({ va: 2 ** 64 - PAGE, size: PAGE })]],
    ['twice', EBUSY, [register(), register()]],
    ['over the limit', ENOMEM, [register()], limit(1)],
    ['not backed, over the limit', ENOMEM, [register({ va: NOWHERE })], limit(1)],
    ['not backed', EFAULT, [register({ va: NOWHERE })]],
    ['last page not backed', EFAULT, [register({ va: NOWHERE - PAGE })]],
    [
      'not backed, overlapping',
      EFAULT,
      [register({ va: NOWHERE - PAGE, size: PAGE }), register({ va: NOWHERE - PAGE })],
    ],
    ['overlapping', EINVAL, [register(), register({ va: VA + PAGE })]],
    ['containing', EINVAL, [register(), register({ size: 4 * PAGE })]],
    ['touching', 0, [register(), register({ va: VA + 2 * PAGE })]],
    ['touching from below', 0, [register({ va: VA + 2 * PAGE }), register()]],
    ['across backings', 0, [register({ va: VA64K - PAGE })]],
  ],
  unregister: [
    ['closed', EBADF, [close(), unregister()]],
    ['no mm', EPERM, [unregister(bad)]],
    ['stranger', EPERM, [register(), byStranger(unregister())]],
    ['pointer', EFAULT, [register(), unregister({ ...bad, ...short })]],
    ['argsz', EINVAL, [register(), unregister(short)]],
    ['flags', EINVAL, [register(), unregister({ flags: 2 })]],
    ['va unaligned', EINVAL, [register(), unregister({ va: VA + 1 })]],
    ['size unaligned', EINVAL, [register(), unregister({ size: 1 })]],
    ['part of a region', ENOENT, [register(), unregister({ size: PAGE })]],
    ['size 0', ENOENT, [register(), unregister({ size: 0 })]],
    ['twice', ENOENT, [register(), unregister(), unregister()]],
    ['mapped', EBUSY, [...v2Ready, map(), unregister()]],
    ['unmapped again', 0, [...v2Ready, map(), unmap(), unregister()]],
  ],
  map: [
    ['closed', EBADF, [close(), map()]],
    ['not enabled', EPERM, [map(bad)]],
    ['stranger', EPERM, [...v2Ready, byStranger(map())]],
    ['pointer', EFAULT, [register(), map({ ...bad, ...short })]],
    ['argsz', EINVAL, [register(), map(short)]],
    ['flags', EINVAL, [register(), map({ flags: 4 })]],
    ['default window, no group', ENODEV, [...v2Ready, detach(), map()]],
    ['default window, page size', EINVAL, [...v2Ready, map()], { geometry: { pgsizes: 0x10000 } }],
    ['default window, over the limit', ENOMEM, [...v2Ready, map()], limit(3)],
    ['no window', ENXIO, [register(), map({ size: 1 })]],
    ['beyond every window', ENXIO, [...v2Ready, map({ iova: 4 * PAGE })]],
    ['size unaligned', EINVAL, [...v2Ready, map({ size: 1 })]],
    ['va unaligned', EINVAL, [...v2Ready, map({ va: VA + 1 })]],
    ['neither read nor write', EINVAL, [...v2Ready, map({ flags: 0 })]],
    ['iova unaligned (R2)', EINVAL, [...v2Ready, map({ iova: 1 })]],
    ['past the window (B4)', EINVAL, [...v2Ready, map({ iova: 3 * PAGE, size: 2 * PAGE })]],
    ['size 0', 0, [...v2Ready, map({ size: 0, va: NOWHERE })]],
    ['not registered', EINVAL, [...v2Ready, map({ va: VA + 2 * PAGE })]],
    ['second entry not registered', EINVAL, [...v2Ready, map({ va: VA + PAGE, size: 2 * PAGE })]],
    [
      'IOMMU page larger than the backing',
      EINVAL,
      [
        attach(),
        register({ size: 0x10000 }),
        create({ pageShift: 16, windowSize: 0x40000 }),
        map({ iova: TCE64, size: 0x10000 }),
      ],
    ],
    [
      'IOMMU page as large as the backing',
      0,
      [
        attach(),
        register({ va: VA64K, size: 0x10000 }),
        create({ pageShift: 16, windowSize: 0x40000 }),
        map({ iova: TCE64, va: VA64K, size: 0x10000 }),
      ],
    ],
    [
      'IOMMU page larger than the alignment of its region',
      EINVAL,
      [
        attach(),
        register({ va: VA64K, size: 0x11000 }),
        create({ pageShift: 16, windowSize: 0x40000 }),
        map({ iova: TCE64, va: VA64K, size: 0x10000 }),
      ],
    ],
    ['over a live entry', 0, [...v2Ready, map(), map({ va: VA + PAGE })]],
  ],
  unmap: [
    ['closed', EBADF, [close(), unmap()]],
    ['not enabled', EPERM, [unmap(bad)]],
    ['stranger', EPERM, [...v2Ready, byStranger(unmap())]],
    ['pointer', EFAULT, [register(), unmap({ ...bad, ...short })]],
    ['argsz', EINVAL, [register(), unmap(short)]],
    ['flags', EINVAL, [register(), unmap({ flags: 1 })]],
    ['default window, no group', ENODEV, [...v2Ready, detach(), unmap()]],
    ['no window', ENXIO, [register(), unmap({ size: 1 })]],
    ['size unaligned', EINVAL, [...v2Ready, unmap({ size: 1 })]],
    ['iova unaligned (R2)', EINVAL, [...v2Ready, unmap({ iova: 1 })]],
    ['past the window', EINVAL, [...v2Ready, unmap({ iova: 3 * PAGE, size: 2 * PAGE })]],
    ['nothing there', 0, [...v2Ready, unmap({ size: 4 * PAGE })]],
  ],
  create: [
    ['closed', EBADF, [close(), create()]],
    ['stranger', EPERM, [register(), byStranger(create())]],
    ['no group', ENXIO, [create(bad)]],
    ['pointer', EFAULT, [attach(), create({ ...bad, ...short })]],
    ['argsz', EINVAL, [attach(), create(short)]],
    ['flags', EINVAL, [attach(), create({ flags: 1 })]],
    ['default window, over the limit', ENOMEM, [attach(), create()], limit(1)],
    ['no slot', ENOSPC, [attach(), create(), create({ pageShift: 13 })]],
    ['page size', EINVAL, [attach(), create({ pageShift: 13 })]],
    ['answer', EFAULT, [attach(), create({ readOnlyPointer: true })]],
    ['page size above 63', EINVAL, [attach(), create({ pageShift: 76 })]],
    ['no levels', EINVAL, [attach(), create({ levels: 0 })]],
    ['too many levels', EINVAL, [attach(), create({ levels: 3 })]],
    ['size not a power of two', EINVAL, [attach(), create({ windowSize: 3 * PAGE })]],
    ['size 0', EINVAL, [attach(), create({ windowSize: 0 })]],
    ['smaller than a page', EINVAL, [attach(), create({ pageShift: 16 })]],
    ['one page', 0, [attach(), create({ windowSize: PAGE })]],
    ['over the limit', ENOMEM, [attach(), create()], limit(3)],
    ['within the limit', 0, [attach(), create()], limit(4)],
    ['in a slot that was freed', 0, [attach(), create(), remove(), create()]],
  ],
  remove: [
    ['closed', EBADF, [close(), remove()]],
    ['stranger', EPERM, [register(), byStranger(remove())]],
    ['no group', ENXIO, [remove(bad)]],
    ['pointer', EFAULT, [attach(), remove({ ...bad, ...short })]],
    ['argsz', EINVAL, [attach(), remove(short)]],
    ['flags', EINVAL, [attach(), remove({ flags: 1 })]],
    ['pending default window', 0, [attach(), remove()]],
    ['pending, another start', EINVAL, [attach(), remove({ start: TCE64 })]],
    ['no window', EINVAL, [attach(), remove(), remove()]],
    ['by any address inside (R3)', 0, [attach(), create(), remove({ start: TCE64 + PAGE })]],
    ['past the window', EINVAL, [attach(), create(), remove({ start: TCE64 + 4 * PAGE })]],
  ],
  info: [
    ['closed', EBADF, [close(), ops.info()]],
    ['stranger', EPERM, [register(), byStranger(ops.info())]],
    ['no group', ENXIO, [ops.info(bad)]],
    ['pointer', EFAULT, [attach(), ops.info({ ...bad, ...short })]],
    ['argsz', EINVAL, [attach(), ops.info(short)]],
    ['works', 0, [attach(), ops.info()]],
  ],
  others: [
    ['unknown', ENOTTY, [ops.unknown()]],
    ['unknown, stranger', EPERM, [register(), byStranger(ops.unknown())]],
    ['unknown, closed', EBADF, [close(), ops.unknown()]],
    ['eeh', 0, [ops.eeh()]],
    ['eeh, stranger', EPERM, [register(), byStranger(ops.eeh())]],
    ['extension TCE', 1, [ops.extension(2)]],
    ['extension TCE v2, stranger', 1, [register(), byStranger(ops.extension(7))]],
    ['extension EEH', 1, [ops.extension(5)]],
    ['extension EEH, none', 0, [ops.extension(5)], { geometry: { eeh: false } }],
    ['extension type 1', 0, [ops.extension(1)]],
    ['extension, closed', EBADF, [close(), ops.extension(2)]],
  ],
};

describe.each(Object.entries(v2Rows))('%s', (_name, rows) => {
  for (const row of rows) {
    test(`${row[0]}: ${row[1]}`, () => {
      const rets = resultsOf(2, row);
      // All before the last are there to succeed, or the row says less than it seems to.
      expect(rets.slice(0, -1).filter((before) => before < 0)).toEqual([]);
      expect(rets.at(-1)).toBe(row[1]);
    });
  }
});

describe('two containers of a process', () => {
  const two = topology([2, 2]);

  test('a group has one container', () => {
    expect(run(two, [attach(), attach(0, 1)]).last).toBe(EBUSY);
    expect(run(two, [attach(4), attach(4, 1)]).last).toBe(ENODEV);
    expect(run(two, [attach(), detach(), attach(0, 1)]).last).toBe(0);
  });

  test('each drops its own registration only', () => {
    const other = { container: 1 };
    expect(run(two, [register(), unregister(other)]).last).toBe(EPERM);
    const mine = { va: VA64K, size: PAGE };
    expect(run(two, [register(), register({ ...other, ...mine }), unregister(other)]).last).toBe(
      ENOENT,
    );
    expect(run(two, [register(), register(other), unregister(other)]).last).toBe(0);
    expect(run(two, [...v2Ready, map(), register(other), unregister()]).rets.at(-1)).toBe(0);
    expect(
      run(two, [...v2Ready, map(), register(other), unregister(), unregister(other)]).last,
    ).toBe(EBUSY);
  });

  test('one maps what the other registered (R6)', () => {
    const mine = { container: 1, va: VA64K, size: PAGE };
    expect(run(two, [register(), attach(0, 1), register(mine), map({ container: 1 })]).last).toBe(
      0,
    );
  });
});
