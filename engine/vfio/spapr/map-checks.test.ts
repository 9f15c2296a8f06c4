// The checks of MAP_DMA and UNMAP_DMA in their order: spec/spapr-tce-v2.md §2, and per entry §7.
// A failed parameter check is run twice: as -EINVAL, and as the 1 of §13 R2, which alone tells it
// from the other -EINVALs.

import { describe, expect, test } from 'vitest';
import { NOWHERE, ops, PAGE, VA, VA64K } from '../../../model/testing.ts';
import { check, testChecks } from '../../../test/engine/checks.ts';
import { last, refusing } from '../../../test/engine/host.ts';
import { e1 } from '../../defects/spapr/e1-positive-result.ts';
import { EFAULT, EINVAL, EIO, ENODEV, ENOMEM, ENXIO, EPERM } from '../../errno.ts';

const { attach, create, detach, disable, enable, map, register, remove, unmap } = ops;

const header = [
  check('E_mm: another process', EPERM, { stranger: true }),
  check('not enabled', EPERM, { ready: false }),
  check('copy_from_user', EFAULT, { args: { badPointer: true } }),
  check('argsz', EINVAL, { args: { shortArgsz: true } }),
  check('flags', EINVAL, { args: { flags: 4 } }),
];
const noGroup = check('default window: no group', ENODEV, { detached: true });
const defaultWindow = [
  noGroup,
  check('default window: locked_vm', ENOMEM, { spare: 1 }),
  check('default window: create_table', ENOMEM, { refuse: { create_table: 0 } }),
  check('default window: set_window', EIO, { refuse: { set_window: 0 } }),
];
const inNoWindow = check('no window at iova', ENXIO, { args: { iova: 4 * PAGE } });
const sizeUnaligned = check('size unaligned', EINVAL, { args: { size: PAGE + 1 } });

const variants = [
  ['', [], EINVAL],
  [' with E1', [e1], 1],
] as const;

for (const [variant, deltas, paramError] of variants) {
  const fit = [
    check('iova unaligned', paramError, { args: { iova: 0x800 } }),
    check('range longer than the window', paramError, { args: { size: 5 * PAGE } }),
    check('range ends beyond the window', paramError, { args: { iova: 3 * PAGE, size: 2 * PAGE } }),
  ];
  const mapping = [
    inNoWindow,
    sizeUnaligned,
    check('va unaligned', EINVAL, { args: { va: VA + 1 } }),
    check('neither R nor W', EINVAL, { args: { flags: 0 } }),
    ...fit,
  ];
  testChecks({
    title: `§2 MAP in v2${variant}`,
    op: map(),
    deltas,
    checks: [
      ...header,
      ...defaultWindow,
      ...mapping,
      check('memory not registered', EINVAL, { args: { va: VA + 8 * PAGE } }),
      check('xchg', EIO, { refuse: { xchg: 0 } }),
    ],
  });
  testChecks({
    title: `§2 MAP in v1${variant}`,
    op: map(),
    scene: { version: 1 },
    deltas,
    checks: [
      ...header,
      ...defaultWindow,
      ...mapping,
      check('page not there', EFAULT, { args: { va: NOWHERE } }),
      check('pin refused', EFAULT, { refuse: { pin: 0 } }),
      check('xchg', EIO, { refuse: { xchg: 0 } }),
    ],
  });
  testChecks({
    title: `§2 UNMAP${variant}`,
    op: unmap(),
    deltas,
    checks: [...header, ...defaultWindow, inNoWindow, sizeUnaligned, ...fit],
  });
}

describe('§2 UNMAP takes no flag', () => {
  test.each([1, 2, 3])('flags %i: -EINVAL', (flags) => {
    expect(last([attach(), register(), unmap({ flags })])).toBe(EINVAL);
  });
});

const wide = create({ pageShift: 16, windowSize: 4 * 0x10000 });
const ready = [
  attach(),
  register({ va: VA64K, size: 0x20000 }),
  register(),
  remove(),
  wide,
] as const;
/** The 64K window takes the free slot 0, which is the 32-bit window's place. */
const big = { size: 0x10000, va: VA64K };

describe('§7 TCE build of 64K IOMMU pages', () => {
  test.each([
    ['64K of 64K pages', 0, map(big)],
    ['two of them', 0, map({ ...big, size: 0x20000 })],
    ['size of a 4K page', EINVAL, map({ ...big, size: PAGE })],
    ['va of a 4K page', EINVAL, map({ ...big, va: VA64K + PAGE })],
    ['iova of a 4K page', EINVAL, map({ ...big, iova: PAGE })],
    ['only the first page is registered', EINVAL, map({ ...big, size: 0x30000 })],
    ['4K registered of 64K', EINVAL, map({ va: VA, size: 0x10000 })],
  ] as const)('%s: %i', (_, errno, op) => {
    expect(last([...ready, op])).toBe(errno);
  });

  test('64K registered, backed by 4K pages: more than shift > mem->pageshift allows', () => {
    const calls = [attach(), register({ size: 0x10000 }), remove(), wide];
    expect(last([...calls, map({ size: 0x10000 })])).toBe(EINVAL);
  });
});

describe('§7 v1 TCE build of 64K IOMMU pages', () => {
  const legacy = { kind: 'legacy', family: 0, tables: [{ itMap: true, pageShift: 16 }] } as const;
  const setting = { versions: [1], groups: [legacy], geometry: { tce32Size: 0x40000 } } as const;
  test.each([
    ['a 64K page', 0, map(big)],
    ['a page not contained in the IOMMU page', EPERM, map({ size: 0x10000 })],
    ['before the exchange', EPERM, refusing({ xchg: 0 }, map({ size: 0x10000 }))],
    ['after the pin', EFAULT, refusing({ pin: 0 }, map({ size: 0x10000 }))],
  ] as const)('%s: %i', (_, errno, call) => {
    expect(last([attach(), enable(), call], setting)).toBe(errno);
  });
});

describe('§2 MAP is refused', () => {
  test.each([
    ['before the first REGISTER (§13)', EPERM, [attach(), map()]],
    ['while REGISTER has only failed', EPERM, [attach(), register({ va: NOWHERE }), map()]],
    ['with no group ever', ENXIO, [register(), map()]],
    [
      'when the group with a made window left: none',
      0,
      [attach(), register(), map(), detach(), map()],
    ],
  ] as const)('%s: %i', (_, errno, calls) => {
    expect(last(calls)).toBe(errno);
  });

  test('in v1 after DISABLE: -EPERM', () => {
    expect(last([attach(), enable(), disable(), map()], { versions: [1] })).toBe(EPERM);
  });

  test('on hardware that knows only tables of its own (§5 pSeries): -EPERM for a second group', () => {
    const calls = [attach(0), attach(1), register(), map()];
    expect(last(calls, { geometry: { ownTablesOnly: true } })).toBe(EPERM);
  });
});
