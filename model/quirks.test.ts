// What each quirk changes, one row a result: the reference's answer, the quirk's, and the shortest
// list of operations whose last one shows it. Spec sections are in quirks.ts.
import { describe, expect, test } from 'vitest';
import { EBUSY, EFAULT, EINVAL, EIO, ENODEV, ENOENT, ENOMEM } from './errno.ts';
import { ENOTTY, ENXIO, EPERM } from './errno.ts';
import { limit } from './error-table.ts';
import { inconsistencies } from './invariants.ts';
import { oracle } from './oracle.ts';
import type { Quirks } from './quirks.ts';
import { type ByStranger, byStranger, geometry, interleave, NOWHERE, ops } from './testing.ts';
import { PAGE, type Parts, run, TCE64, topology, VA64K } from './testing.ts';
import type { FaultSite, Op } from './vocabulary.ts';

type Row = readonly [
  what: string,
  version: 1 | 2,
  reference: number,
  quirk: number,
  list: readonly (Op | ByStranger)[],
  parts?: Parts,
];

const { attach, close, create, detach, disable, enable, info, map } = ops;
const { register, remove, unknown, unmap, unregister } = ops;
const ready = [attach(), register()];
const noDynamic: Parts = { geometry: { maxDynamicWindows: 0 } };
const noWindow: Parts = { groups: [{ kind: 'ddw', family: 0, noWindow: true }] };
const live: Parts = { groups: [{ kind: 'legacy', family: 0, kernelDmaLive: true }] };
const legacyPair: Parts = {
  groups: [
    { kind: 'legacy', family: 0 },
    { kind: 'legacy', family: 0 },
    { kind: 'ddw', family: 0 },
  ],
};
/** 1024 entries in two levels: 3 pages and as much for the copy, which apart has 2. */
const large: Parts = { geometry: { tce32Size: 1024 * PAGE } };

const rows: { readonly [K in keyof Quirks]: readonly Row[] } = {
  tablesOutliveGroups: [
    [
      'a TCE outlives the last group and keeps its region',
      2,
      0,
      EBUSY,
      [...ready, map(), detach(), unregister()],
    ],
  ],
  eagerDefaultWindow: [
    ['attach over the limit', 2, 0, ENOMEM, [attach()], limit(1)],
    ['attach within the limit', 2, 0, 0, [attach()], limit(2)],
    ['attach without a 32-bit window', 2, 0, EINVAL, [attach()], noWindow],
    ['attach without dynamic windows, v1', 1, 0, EFAULT, [attach()], noDynamic],
    ['page sizes are not asked for', 2, 0, 0, [attach()], { geometry: { pgsizes: 0x10000 } }],
    ['the default window is charged already', 2, 0, ENOMEM, [attach(), register()], limit(3)],
    [
      'none is pending after the group left',
      2,
      ENODEV,
      EINVAL,
      [...ready, detach(), map({ va: 0 })],
    ],
    ['none is pending for REMOVE', 2, EINVAL, 0, [attach(), remove({ start: PAGE })]],
    ['REMOVE removes it', 2, ENXIO, ENXIO, [...ready, remove(), map()]],
    ['the attach binds the mm', 2, 0, EPERM, [attach(), byStranger(register())]],
    ['a second attach binds the mm', 2, 0, EPERM, [attach(), attach(1), byStranger(register())]],
    ['the attach of a stranger is not refused', 2, 0, 0, [register(), byStranger(attach())]],
    ['in v1 too', 1, 0, 0, [attach(), enable(), map()], limit(6)],
    ['in v1 too, over the limit', 1, 0, ENOMEM, [attach()], limit(1)],
  ],
  legacyInV2: [
    ['legacy in v2', 2, EINVAL, 0, [attach(3)]],
    ['legacy beside others in v2', 2, EINVAL, EBUSY, [attach(), attach(3)]],
    ['legacy beside others in v1', 1, EBUSY, EBUSY, [attach(), attach(3)]],
    ['legacy twice', 1, EBUSY, EBUSY, [attach(3), attach(3)]],
    ['legacy beside legacy', 1, EBUSY, EBUSY, [attach(), attach(1)], legacyPair],
    ['dynamic beside dynamic in v1', 1, EBUSY, 0, [attach(), attach(1)]],
    ['dynamic of another family in v1', 1, EBUSY, EPERM, [attach(), attach(2)]],
    ['dynamic twice in v1', 1, EBUSY, EBUSY, [attach(), attach()]],
    ['no dynamic windows in v2', 2, EINVAL, 0, [attach()], noDynamic],
    ['kernel DMA is live', 2, EINVAL, EBUSY, [attach()], live],
    ['userspace copy over the limit', 2, EINVAL, ENOMEM, [attach()], { ...live, ...limit(0) }],
    ['no table_group', 2, ENODEV, ENODEV, [attach(4)]],
    ['map', 2, ENXIO, 0, [attach(3), register(), map()]],
    ['map after the group left', 2, ENXIO, ENXIO, [attach(3), register(), detach(3), map()]],
    ['CREATE has no page sizes', 2, ENXIO, EINVAL, [attach(3), create()]],
    ['the attach binds the mm', 2, 0, EPERM, [attach(3), byStranger(register())]],
  ],
  noWindowIoctls: [
    ['CREATE', 2, 0, ENOTTY, [attach(), create()]],
    ['CREATE without a group', 2, ENXIO, ENOTTY, [create({ badPointer: true })]],
    ['REMOVE', 2, 0, ENOTTY, [attach(), remove()]],
    ['CREATE by a stranger', 2, EPERM, EPERM, [register(), byStranger(create())]],
    ['CREATE binds no mm', 2, EPERM, 0, [create(), byStranger(register())]],
  ],
  anyProcess: [
    ['REGISTER', 2, EPERM, 0, [register(), byStranger(register())]],
    ['REGISTER of its own', 2, EPERM, 0, [register(), byStranger(register())], limit(2)],
    ['UNREGISTER before any REGISTER', 2, EPERM, ENOENT, [unregister()]],
    ["UNREGISTER of the other's", 2, EPERM, ENOENT, [register(), byStranger(unregister())]],
    [
      'UNREGISTER of its own',
      2,
      EPERM,
      0,
      [register(), byStranger(register()), byStranger(unregister())],
    ],
    ["MAP of the other's", 2, EPERM, EINVAL, [...ready, byStranger(map())]],
    ['MAP of its own', 2, EPERM, 0, [...ready, byStranger(register()), byStranger(map())]],
    [
      "UNMAP of the other's frees it",
      2,
      0,
      0,
      [...ready, map(), byStranger(unmap()), unmap(), unregister()],
    ],
    ['ENABLE', 1, EPERM, EBUSY, [attach(3), enable(), byStranger(enable())]],
    ['DISABLE', 1, EPERM, 0, [attach(3), enable(), byStranger(disable())]],
    ['CREATE', 2, EPERM, 0, [...ready, byStranger(create())], limit(4)],
    ['unknown', 2, EPERM, ENOTTY, [register(), byStranger(unknown())]],
  ],
  attachByVersion: [
    ['dynamic in v1', 1, 0, EPERM, [attach()]],
    ['dynamic in v2', 2, 0, 0, [attach()]],
    ['legacy in v1', 1, 0, 0, [attach(3)]],
    ['legacy in v2', 2, EINVAL, EPERM, [attach(3)]],
    ['dynamic beside legacy in v1', 1, EBUSY, EPERM, [attach(3), attach()]],
    ['legacy beside legacy in v1', 1, EBUSY, EBUSY, [attach(), attach(1)], legacyPair],
    ['no dynamic windows in v2', 2, EINVAL, 0, [attach()], noDynamic],
    ['no table_group', 1, ENODEV, ENODEV, [attach(4)]],
  ],
  overlapFirst: [
    ['over the limit', 2, ENOMEM, EINVAL, [register(), register({ size: 4 * PAGE })], limit(3)],
    [
      'not backed',
      2,
      EFAULT,
      EINVAL,
      [register({ va: NOWHERE - PAGE, size: PAGE }), register({ va: NOWHERE - PAGE })],
    ],
    ['twice', 2, EBUSY, EBUSY, [register(), register()]],
    ['no overlap, not backed', 2, EFAULT, EFAULT, [register({ va: NOWHERE })]],
    ['no overlap, over the limit', 2, ENOMEM, ENOMEM, [register({ va: NOWHERE })], limit(1)],
  ],
  sizeZeroNoMemory: [
    ['size 0', 2, EINVAL, ENOMEM, [register({ size: 0 })]],
    ['size 0, va unaligned', 2, EINVAL, EINVAL, [register({ size: 0, va: 1 })]],
    ['size 0, flags', 2, EINVAL, EINVAL, [register({ size: 0, flags: 1 })]],
    ['size 0, UNREGISTER', 2, ENOENT, ENOENT, [register(), unregister({ size: 0 })]],
  ],
  sharedRegistrations: [
    ['twice', 2, EBUSY, 0, [register(), register()]],
    ['twice, charged once', 2, EBUSY, 0, [register(), register()], limit(2)],
    ['overlapping', 2, EINVAL, EINVAL, [register(), register({ size: PAGE })]],
    ['unregistered twice', 2, ENOENT, 0, [register(), register(), unregister(), unregister()]],
    [
      'unregistered three times',
      2,
      ENOENT,
      ENOENT,
      [register(), register(), unregister(), unregister(), unregister()],
    ],
    ['mapped', 2, EBUSY, 0, [...ready, register(), map(), unregister()]],
    ['mapped, last', 2, EBUSY, EBUSY, [...ready, register(), map(), unregister(), unregister()]],
  ],
  separateView: [
    ['v1 has no copy', 1, ENOMEM, 0, [attach(), enable(), map()], limit(5)],
    ['the table fits, the copy does not', 2, ENOMEM, ENOMEM, [attach(), create()], limit(3)],
    ['both fit', 2, 0, 0, [attach(), create()], limit(4)],
    [
      'the copy has one level',
      2,
      ENOMEM,
      0,
      [attach(), remove(), create({ windowSize: 1024 * PAGE, levels: 2 })],
      { ...large, ...limit(5) },
    ],
    ['given back', 2, 0, 0, [attach(), create(), remove(), create()], limit(4)],
  ],
};

describe.each(Object.entries(rows))('%s', (quirk, list) => {
  for (const [what, version, reference, ret, operations, parts] of list) {
    test(`${what}: ${reference}, ${ret}`, () => {
      const topo = topology([version], parts);
      expect(run(topo, operations).last).toBe(reference);
      const { state, last } = run(topo, operations, [], { [quirk]: true });
      expect(last).toBe(ret);
      expect(inconsistencies(state)).toEqual([]);
      const left = oracle.exit(oracle.exit(state, 0), 1);
      expect(left.processes.map((process) => process.lockedVm)).toEqual([0, 0]);
    });
  }
});

describe('refusals of the environment', () => {
  const cases: readonly (readonly [
    string,
    1 | 2,
    Partial<Quirks>,
    FaultSite,
    readonly Op[],
    Op,
    number,
  ])[] = [
    ['eager', 2, { eagerDefaultWindow: true }, 'create_table', [], attach(), ENOMEM],
    ['eager', 2, { eagerDefaultWindow: true }, 'set_window', [], attach(), EIO],
    ['eager', 2, { eagerDefaultWindow: true }, 'set_window', [attach()], attach(1), EIO],
    ['eager', 2, { eagerDefaultWindow: true }, 'vzalloc', [], attach(), 0],
    [
      'eager, view',
      2,
      { eagerDefaultWindow: true, separateView: true },
      'vzalloc',
      [],
      attach(),
      ENOMEM,
    ],
    [
      'eager, view',
      1,
      { eagerDefaultWindow: true, separateView: true },
      'vzalloc',
      [],
      attach(),
      0,
    ],
    ['view', 2, { separateView: true }, 'vzalloc', [attach()], create(), ENOMEM],
    ['view', 2, { separateView: true }, 'set_window', [attach()], create(), EIO],
    ['legacy', 2, { legacyInV2: true }, 'vzalloc', [], attach(3), ENOMEM],
    ['legacy', 2, { legacyInV2: true }, 'take_ownership', [], attach(3), EBUSY],
    ['shared', 2, { sharedRegistrations: true }, 'kzalloc', [register()], register(), ENOMEM],
  ];
  test.each(cases)('%s, v%i', (_what, version, quirks, site, setup, op, ret) => {
    const start = run(topology([version]), setup, [site], quirks).state;
    const outcome = interleave(start, [op]);
    expect(outcome.results).toEqual(ret === 0 ? ['0'] : [String(ret), '0'].sort());
    for (const state of outcome.finals) {
      expect(inconsistencies(state)).toEqual([]);
      const { groups, windows } = state.containers[0] ?? { groups: [], windows: [] };
      if (groups.length === 0) expect(windows).toEqual([null, null]);
    }
  });
});

describe('states', () => {
  const eager: Partial<Quirks> = { eagerDefaultWindow: true };

  test('a failed eager attach leaves the mm bound and nothing else', () => {
    const { state } = run(topology([2], limit(1)), [attach()], [], eager);
    const [container] = state.containers;
    expect(container).toMatchObject({ mm: 0, groups: [], windows: [null, null], locked: false });
    expect(container?.node.context).toMatchObject({ pending: false, groups: 0 });
  });

  test('an eager attach is seen by other charges before it is over', () => {
    const start = run(topology([2, 2], limit(3)), [], ['set_window'], eager).state;
    const { results } = interleave(start, [attach(), register({ container: 1 })]);
    // The register of two pages fails beside a window of two, even one that is given back.
    expect(results).toEqual(['-12 0', '-5 -12', '-5 0', '0 -12']);
  });

  test('legacy tables keep their page sizes, and slot 1 starts where second windows do', () => {
    const tables = [{ itMap: true }, { itMap: true, pageShift: 16 }];
    const groups = [{ kind: 'legacy', family: 0, tables } as const];
    const parts: Parts = { groups, geometry: { tce32Start: 0x10000, tce32Size: 0x40000 } };
    for (const [version, quirks] of [
      [1, {}],
      [2, { legacyInV2: true }],
    ] as const) {
      const { state } = run(topology([version], parts), [attach()], [], quirks);
      expect(state.containers[0]?.windows).toMatchObject([
        { start: 0x10000, size: 0x40000, pageShift: 12 },
        { start: geometry.tce64Start, size: 0x40000, pageShift: 16 },
      ]);
      const second = map({ iova: TCE64 + 0x30000, va: VA64K, size: 0x10000 });
      const enabled = version === 1 ? enable() : register({ va: VA64K, size: 0x10000 });
      expect(run(topology([version], parts), [attach(), enabled, second], [], quirks).last).toBe(0);
    }
  });

  test('a v1 MAP of pages smaller than the IOMMU page leaves no entry', () => {
    const tables = [{ itMap: true, pageShift: 16 }];
    const parts: Parts = {
      groups: [{ kind: 'legacy', family: 0, tables }],
      geometry: { tce32Size: 0x40000 },
    };
    // The first entry is large enough, the second is not: neither stays.
    const process = {
      vmas: [
        { start: VA64K, end: VA64K + 0x10000, pageShift: 16 },
        { start: VA64K + 0x10000, end: NOWHERE, pageShift: 12 },
      ],
    };
    const small = map({ va: VA64K, size: 0x20000 });
    const { rets, state } = run(topology([1], { ...parts, process }), [attach(), enable(), small]);
    expect(rets).toEqual([0, 0, EPERM]);
    expect(state.containers[0]?.windows[0]?.entries.size).toBe(0);
    expect(state.containers[0]?.inFlight).toBe(0);
  });

  test('whose memory an entry maps is part of the key', () => {
    const quirks: Partial<Quirks> = { anyProcess: true };
    // The window is made by its owner, or the charge would differ too.
    const first = [...ready, map(), unmap(), byStranger(register())];
    const mine = run(topology([2]), [...first, map()], [], quirks).state;
    const guests = run(topology([2]), [...first, byStranger(map())], [], quirks).state;
    expect(mine.containers[0]?.key).not.toBe(guests.containers[0]?.key);
    const replaced = run(topology([2]), [...first, byStranger(map()), map()], [], quirks).state;
    expect(replaced.key).toBe(mine.key);
    const closed = oracle.apply(guests, close(), 0).state;
    expect(closed.processes.map(({ key }) => key)).toEqual(['0[]', '0[]']);
  });

  test('GET_INFO of a legacy group in v2 tells of no dynamic windows', () => {
    const { out } = run(topology([2]), [attach(3), info()], [], { legacyInV2: true });
    expect(out).toMatchObject({ flags: 0, pgsizes: 0, levels: 0 });
  });
});
