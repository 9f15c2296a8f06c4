// The checks of every container ioctl but MAP and UNMAP, in their order: spec/spapr-tce-v2.md §2,
// the 6.12 column, with the numbers that §11 and §13 call right. Window and registration errors
// inside REGISTER and CREATE: §5, §7.

import { describe, expect, test } from 'vitest';
import { ops, NOWHERE, PAGE, VA } from '../../../model/testing.ts';
import { check, testChecks } from '../../../test/engine/checks.ts';
import { last, stranger } from '../../../test/engine/host.ts';
import { registerOrder } from '../../defects/spapr/d-register-order.ts';
import { EBUSY, EFAULT, EINVAL, EIO, ENODEV, ENOENT } from '../../errno.ts';
import { ENOMEM, ENOSPC, ENOTTY, ENXIO, EPERM } from '../../errno.ts';

const { attach, create, detach, disable, enable, map, register, remove, unmap, unregister } = ops;

const foreign = check('E_mm: another process', EPERM, { stranger: true });
const v1 = check('a v1 container', ENOTTY, { version: 1 });
const v2 = check('a v2 container', ENOTTY, { version: 2 });
const noGroup = check('no group', ENXIO, { detached: true });
const header = [
  check('copy_from_user', EFAULT, { args: { badPointer: true } }),
  check('argsz', EINVAL, { args: { shortArgsz: true } }),
];
const arguments_ = [...header, check('flags', EINVAL, { args: { flags: 1 } })];
const defaultWindow = [
  check('default window: locked_vm', ENOMEM, { spare: 1 }),
  check('default window: create_table', ENOMEM, { refuse: { create_table: 0 } }),
  check('default window: set_window', EIO, { refuse: { set_window: 0 } }),
];

const noWindow = { kind: 'ddw', family: 0, noWindow: true } as const;
testChecks({
  title: '§2 ENABLE',
  op: enable(),
  scene: {
    version: 1,
    ready: false,
    parts: { groups: [{ kind: 'ddw', family: 0 }, noWindow] },
  },
  checks: [
    // Binding the container takes the room that locked_vm must not have.
    check('E_mm: another process', EPERM, { stranger: true }, ['locked_vm']),
    v2,
    check('enabled', EBUSY, { ready: true }),
    check('no group', ENODEV, { detached: true }),
    check('tce32_size 0', EPERM, { swap: 1 }),
    check('locked_vm', ENOMEM, { spare: 3 }),
  ],
});

testChecks({
  title: '§2 DISABLE',
  op: disable(),
  scene: { version: 1 },
  checks: [foreign, v2],
});

const unaligned = [
  check('va unaligned', EINVAL, { args: { va: VA + 1 } }),
  check('size unaligned', EINVAL, { args: { size: PAGE + 1 } }),
];
const registering = [
  foreign,
  v1,
  ...arguments_,
  ...unaligned,
  check('ua + size wraps', EINVAL, { args: { va: 2 ** 64 - PAGE } }),
];
const twice = check('registered by this container', EBUSY, { ready: true }, [
  'page not there',
  'overlap',
]);
const charge = check('locked_vm', ENOMEM, { spare: 1 });
const pinning = [
  check('struct or hpas: kzalloc', ENOMEM, { refuse: { kzalloc: 'all' } }),
  check('hpas: vzalloc', ENOMEM, { refuse: { vzalloc: 'all' } }),
  check('pin refused', EFAULT, { refuse: { pin: 1 } }),
  check('page not there', EFAULT, { args: { va: NOWHERE - PAGE } }),
];
const overlap = check('overlap', EINVAL, {
  before: [register({ va: VA + PAGE, size: PAGE }), register({ va: NOWHERE - PAGE, size: PAGE })],
});

testChecks({
  title: '§7 REGISTER since 5.0: overlap last, after charge and pins',
  op: register(),
  scene: { ready: false },
  checks: [...registering, twice, charge, ...pinning, overlap],
});

testChecks({
  title: '§7 REGISTER up to 4.20 (D-ORDER): overlap before charge and pins',
  op: register(),
  scene: { ready: false },
  deltas: [registerOrder],
  checks: [
    ...registering,
    twice,
    overlap,
    charge,
    // The first allocation is the container's note of the registration, which is of 4.10.
    check('struct: kzalloc', ENOMEM, { refuse: { kzalloc: 1 } }),
    ...pinning.slice(1),
  ],
});

testChecks({
  title: '§2 UNREGISTER',
  op: unregister(),
  checks: [
    foreign,
    v1,
    check('no mm', EPERM, { ready: false }),
    ...arguments_,
    ...unaligned,
    check('not registered', ENOENT, { args: { va: VA + 8 * PAGE } }),
    check('live TCEs', EBUSY, { before: [map()] }),
  ],
});

testChecks({
  title: '§2 TCE_CREATE while the default window is pending',
  op: create(),
  checks: [
    foreign,
    v1,
    noGroup,
    ...arguments_,
    ...defaultWindow,
    check('page_shift', EINVAL, { args: { pageShift: 13 } }),
    check('copy_to_user', EFAULT, { args: { readOnlyPointer: true } }),
  ],
});

testChecks({
  title: '§2 TCE_CREATE beside the default window',
  op: create(),
  scene: { before: [unmap()] },
  checks: [
    foreign,
    v1,
    noGroup,
    ...arguments_,
    check('no free slot', ENOSPC, { before: [create()] }),
    check('page_shift not in pgsizes', EINVAL, { args: { pageShift: 13 } }),
    check('window_size not a power of two', EINVAL, { args: { windowSize: 3 * PAGE } }),
    check('no levels', EINVAL, { args: { levels: 0 } }),
    check('too many levels', EINVAL, { args: { levels: 3 } }),
    check('locked_vm', ENOMEM, { spare: 1 }),
    check('create_table', ENOMEM, { refuse: { create_table: 0 } }),
    check('set_window', EIO, { refuse: { set_window: 0 } }),
    check('copy_to_user', EFAULT, { args: { readOnlyPointer: true } }),
  ],
});

testChecks({
  title: '§2 TCE_REMOVE',
  op: remove(),
  scene: { before: [unmap()] },
  checks: [
    foreign,
    v1,
    noGroup,
    ...arguments_,
    check('no window there', EINVAL, { args: { start: 4 * PAGE } }),
  ],
});

testChecks({
  title: '§2 TCE_GET_INFO',
  op: ops.info(),
  checks: [
    foreign,
    noGroup,
    ...header,
    check('copy_to_user', EFAULT, { args: { readOnlyPointer: true } }),
  ],
});

testChecks({ title: '§2 EEH_PE_OP', op: ops.eeh(), checks: [foreign] });

describe('§2 the rest', () => {
  const ready = [attach(), register()];
  test.each([
    ['an unknown command', ENOTTY, [ops.unknown()]],
    ['an unknown command by another process', EPERM, [...ready, stranger(ops.unknown())]],
    ['EEH_PE_OP without groups', 0, [ops.eeh()]],
    ['CHECK_EXTENSION of TCE', 1, [ops.extension(2)]],
    ['CHECK_EXTENSION of TCE_v2', 1, [ops.extension(7)]],
    ['CHECK_EXTENSION of EEH', 1, [ops.extension(5)]],
    ['CHECK_EXTENSION of type 1', 0, [ops.extension(1)]],
    ['CHECK_EXTENSION by another process', 1, [...ready, stranger(ops.extension(7))]],
    ['TCE_REMOVE of a pending default window', 0, [...ready, remove()]],
    [
      'TCE_REMOVE of another address than a pending window',
      EINVAL,
      [...ready, remove({ start: PAGE })],
    ],
    [
      'TCE_REMOVE of any address inside a window (§13 R3)',
      0,
      [...ready, unmap(), remove({ start: 3 * PAGE + 1 })],
    ],
    ['UNREGISTER of a part (§13)', ENOENT, [...ready, unregister({ size: PAGE })]],
    ['UNREGISTER of a superset (§13)', ENOENT, [...ready, unregister({ size: 3 * PAGE })]],
    ['UNREGISTER twice', ENOENT, [...ready, unregister(), unregister()]],
    ['REGISTER of no pages', EINVAL, [register({ size: 0 })]],
    ['MAP after TCE_REMOVE of the pending window', ENXIO, [...ready, remove(), map()]],
    [
      'UNREGISTER of what another container registered',
      ENOENT,
      [register({ container: 1 }), register({ va: VA + 8 * PAGE }), unregister()],
    ],
  ] as const)('%s: %i', (_, errno, calls) => {
    expect(last(calls, { versions: [2, 2] })).toBe(errno);
  });

  test.each([
    ['DISABLE while not enabled', 0, [disable()]],
    ['DISABLE and ENABLE again', 0, [attach(), enable(), disable(), enable()]],
    [
      'ENABLE after the group of an enabled container left',
      EBUSY,
      [attach(), enable(), detach(), enable()],
    ],
  ] as const)('v1: %s: %i', (_, errno, calls) => {
    expect(last(calls, { versions: [1] })).toBe(errno);
  });

  test('CHECK_EXTENSION of EEH on a machine without it: 0', () => {
    expect(last([ops.extension(5)], { geometry: { eeh: false } })).toBe(0);
  });
});
