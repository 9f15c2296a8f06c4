// What the state holds after sequences of operations: locked_vm, entries and counts, what is left by
// failures, by close and by exit. Spec: spapr-tce-v2.md §6, §8 and the invariants of §10.
import { describe, expect, test } from 'vitest';
import { tableBytes } from './geometry.ts';
import { oracle } from './oracle.ts';
import type { ModelState } from './state.ts';
import type { Op } from './vocabulary.ts';
import { geometry, NOWHERE, ops, PAGE, run, TCE64, topology, VA } from './testing.ts';

const { attach, close, create, detach, disable, enable, map, register, remove, unmap } = ops;
const v2 = topology([2]);
const ready = [attach(), register()];

const locked = (state: ModelState) => state.processes[0]?.lockedVm;
const entries = (state: ModelState, slot = 0) => [
  ...(state.containers[0]?.windows[slot]?.entries ?? []),
];
const regions = (state: ModelState) =>
  state.processes[0]?.regions.map((region) => region.node.key) ?? [];

describe('locked_vm', () => {
  test.each([
    [2, 'a region', [register()]],
    [0, 'a region given back', [register(), ops.unregister()]],
    [2, 'an overlap refused', [register(), register({ size: PAGE })]],
    [0, 'a pin refused', [register({ va: NOWHERE })]],
    [4, 'a region and the default window', [...ready, map()]],
    [4, 'two windows', [attach(), create()]],
    [2, 'one of two windows', [attach(), create(), remove()]],
    [2, 'a refused window after its default', [attach(), create({ levels: 9 })]],
    [4, 'windows stay when the last group leaves', [attach(), create(), detach()]],
    [0, 'close', [...ready, map(), create(), close()]],
  ] as const)('%i: %s', (pages, _what, list) => {
    expect(locked(run(v2, list).state)).toBe(pages);
  });

  test('v1 charges the 32-bit window while enabled', () => {
    const v1 = topology([1]);
    expect(locked(run(v1, [attach(3), enable(), map()]).state)).toBe(4);
    expect(locked(run(v1, [attach(3), enable(), map(), disable()]).state)).toBe(0);
    expect(locked(run(v1, [attach(3), enable(), detach(3)]).state)).toBe(4);
    expect(locked(run(v1, [attach(3), enable(), map(), close()]).state)).toBe(0);
    const onePage = topology([1], { geometry: { tce32Size: PAGE } });
    expect(locked(run(onePage, [attach(3), enable()]).state)).toBe(1);
    expect(locked(run(onePage, [attach(3), enable(), close()]).state)).toBe(0);
  });
});

test('table sizes: one level, two levels, large host pages', () => {
  expect(tableBytes(geometry, 12, 2 ** 31, 1)).toBe(2 * 2 ** 22);
  // 19 bits of entries in two levels of 10: a table of 4 MB, and one page above it.
  expect(tableBytes(geometry, 12, 2 ** 31, 2)).toBe(2 * (2 ** 22 + 2 ** 13));
  // 21 bits in two levels of 11: the upper table is one table of 16 KB.
  expect(tableBytes(geometry, 12, 2 ** 33, 2)).toBe(2 * (2 ** 24 + 2 ** 14));
  expect(tableBytes({ ...geometry, pageShift: 16 }, 16, 2 ** 20, 1)).toBe(2 * 2 ** 16);
  expect(tableBytes(geometry, 12, 3 * PAGE, 1)).toBe(0);
});

describe('entries', () => {
  test('a failed MAP clears its range and loses what was there', () => {
    const { state, last } = run(v2, [
      ...ready,
      map({ size: 2 * PAGE }),
      map({ iova: PAGE, va: VA + PAGE, size: 2 * PAGE }),
    ]);
    expect(last).toBe(-22);
    expect(entries(state)).toEqual([[0, VA]]);
    expect(regions(state)).toEqual(['registered(1,1)']);
  });

  test('a failed MAP leaves alone what lies behind the entry that failed', () => {
    const { state, last } = run(v2, [
      ...ready,
      map({ iova: 2 * PAGE }),
      map({ va: VA + PAGE, size: 3 * PAGE }),
    ]);
    expect(last).toBe(-22);
    expect(entries(state)).toEqual([[2, VA]]);
    expect(regions(state)).toEqual(['registered(1,1)']);
  });

  test('UNMAP clears its own range and nothing else', () => {
    const all = map({ size: 2 * PAGE });
    const { state } = run(v2, [
      ...ready,
      all,
      map({ iova: 2 * PAGE, size: 2 * PAGE }),
      unmap({ iova: PAGE, size: 2 * PAGE }),
    ]);
    expect(entries(state)).toEqual([
      [0, VA],
      [3, VA + PAGE],
    ]);
    expect(regions(state)).toEqual(['registered(1,2)']);
  });

  test('mapping over an entry releases the old page', () => {
    const { state } = run(v2, [...ready, map(), map({ va: VA + PAGE }), map({ va: VA + PAGE })]);
    expect(entries(state)).toEqual([[0, VA + PAGE]]);
    expect(regions(state)).toEqual(['registered(1,1)']);
  });

  test('detaching one of two groups keeps the mappings, the last one clears them (BUG-D)', () => {
    const both = run(v2, [...ready, attach(1), map(), detach(0)]);
    expect(entries(both.state)).toEqual([[0, VA]]);
    const none = run(v2, [...ready, attach(1), map(), detach(0), detach(1)]);
    expect(entries(none.state)).toEqual([]);
    expect(regions(none.state)).toEqual(['registered(1,0)']);
    expect(none.state.containers[0]?.windows[0]).not.toBe(null);
  });

  test('detaching the last group clears both windows', () => {
    const { state } = run(v2, [...ready, create(), map(), map({ iova: TCE64 }), detach()]);
    expect(entries(state, 1)).toEqual([]);
    expect(regions(state)).toEqual(['registered(1,0)']);
  });

  test('windows start where the geometry says', () => {
    const away = { tce32Start: 8 * PAGE };
    const legacy = topology([1], { geometry: away });
    expect(run(legacy, [attach(3), enable(), map()]).last).toBe(-6);
    expect(run(legacy, [attach(3), enable(), map({ iova: 9 * PAGE })]).last).toBe(0);
    expect(run(topology([2], { geometry: away }), [...ready, map({ iova: 9 * PAGE })]).last).toBe(
      0,
    );
  });

  test('REMOVE releases what the window mapped', () => {
    const list = [...ready, create(), map({ iova: TCE64 }), remove({ start: TCE64 })];
    expect(regions(run(v2, list).state)).toEqual(['registered(1,0)']);
  });
});

test('the mm is set before the pointer is looked at, and only where it is set', () => {
  const bad = { badPointer: true } as const;
  const mmAfter = (version: 1 | 2, list: readonly Op[]) =>
    run(topology([version]), list).state.containers[0]?.mm;
  expect(mmAfter(2, [register(bad)])).toBe(0);
  expect(mmAfter(2, [create()])).toBe(0);
  expect(mmAfter(2, [remove()])).toBe(0);
  expect(mmAfter(2, [attach(), enable(), map(), ops.unregister(), ops.info(), detach()])).toBe(
    null,
  );
  expect(mmAfter(1, [attach(), register(), create(), remove(), disable()])).toBe(null);
  expect(mmAfter(1, [enable()])).toBe(null);
  expect(mmAfter(1, [attach(3), enable()])).toBe(0);
});

test('a closed container gives its groups back', () => {
  expect(run(topology([2, 2]), [attach(), close(), attach(0, 1)]).last).toBe(0);
});

test('CREATE answers where the window is; the default one comes first', () => {
  expect(run(v2, [attach(), create()]).out).toEqual({ start: TCE64 });
  expect(run(v2, [attach(), remove(), create()]).out).toEqual({ start: 0 });
});

test('GET_INFO', () => {
  expect(run(v2, [attach(), ops.info()]).out).toEqual({
    dma32Start: 0,
    dma32Size: 4 * PAGE,
    flags: 1,
    pgsizes: 0x11000,
    maxDynamicWindows: 2,
    levels: 2,
  });
  expect(run(topology([1]), [attach(3), ops.info()]).out).toEqual({
    dma32Start: 0,
    dma32Size: 4 * PAGE,
    flags: 0,
    pgsizes: 0,
    maxDynamicWindows: 0,
    levels: 0,
  });
});

describe('a region whose container closed while another maps it', () => {
  const two = topology([2, 2]);
  const other = { container: 1 };
  const shared = [
    register(),
    attach(0, 1),
    register({ ...other, va: NOWHERE - PAGE, size: PAGE }),
    map(other),
    close(),
  ];

  test('stays until its last entry goes', () => {
    expect(regions(run(two, shared).state)).toEqual(['orphaned(0,1)', 'registered(1,0)']);
    expect(regions(run(two, [...shared, unmap(other)]).state)).toEqual(['registered(1,0)']);
    expect(locked(run(two, [...shared, unmap(other)]).state)).toBe(3);
  });

  test('can be registered again', () => {
    const { state } = run(two, [...shared, register(other)]);
    expect(regions(state)).toEqual(['registered(1,1)', 'registered(1,0)']);
  });

  test('is gone after exit', () => {
    const after = oracle.exit(run(two, shared).state, 0);
    expect(after.processes[0]).toMatchObject({ lockedVm: 0, regions: [] });
    expect(after.containers.map((container) => container.node.value)).toEqual(['closed', 'closed']);
  });
});

test('exit in the middle of operations leaves nothing charged or registered', () => {
  const { state } = run(v2, ready);
  let at = { state, pending: oracle.begin(map({ size: 2 * PAGE }), 0) };
  for (let left = 0; left < 8; left += 1) {
    const after = oracle.exit(at.state, 0);
    expect(after.processes[0]).toMatchObject({ lockedVm: 0, regions: [] });
    at = oracle.advance(at.state, at.pending)[0] ?? at;
  }
  expect(at.pending.done).toEqual({ ret: 0 });
});
