// The small steps: which results operations may have side by side, that nothing deadlocks, that every
// run ends in a consistent state, and that refusals of the environment leave nothing behind.
import { describe, expect, test } from 'vitest';
import { oracle } from './oracle.ts';
import type { ModelState } from './state.ts';
import { interleave, NOWHERE, ops, PAGE, run, topology, VA } from './testing.ts';
import type { FaultSite, Op } from './vocabulary.ts';
import { faultSites } from './vocabulary.ts';

const { attach, close, create, detach, disable, enable, map } = ops;
const { register, remove, unmap, unregister } = ops;

/** Spec §10, invariants 1, 2, 4, 5 in a state where no operation is in progress. */
function expectConsistent(state: ModelState): void {
  state.processes.forEach((process, mm) => {
    const mine = state.containers.filter((container) => container.mm === mm);
    const v2 = mine.filter((container) => container.node.context['version'] === 2);
    const windows = mine.flatMap((container) => container.windows.filter((w) => w !== null));
    const targets = v2.flatMap((container) =>
      container.windows.flatMap((window) => [...(window?.entries.values() ?? [])]),
    );
    let pages = windows.reduce((sum, window) => sum + window.charge, 0);
    for (const container of mine) {
      const isV1 = container.node.context['version'] === 1;
      if (isV1 && container.node.value === 'enabled') pages += 4;
      expect(container).toMatchObject({ locked: false, inFlight: 0 });
    }
    for (const { va, size, node } of process.regions) {
      pages += size / PAGE;
      const used = v2.filter((c) => c.prereg.some((r) => r.va === va && r.size === size)).length;
      const mapped = targets.filter((target) => va <= target && target < va + size).length;
      expect(node.context).toEqual({ used, mapped });
      expect(node.value).toBe(used === 0 ? 'orphaned' : 'registered');
    }
    expect(process.lockedVm).toBe(pages);
  });
}

function race(setup: readonly Op[], list: readonly Op[], versions: readonly (1 | 2)[] = [2]) {
  const outcome = interleave(run(topology(versions), setup).state, list);
  expect(outcome.deadlocks).toBe(0);
  for (const state of outcome.finals) {
    expectConsistent(state);
    const after = oracle.exit(state, 0);
    expect(after.processes[0]).toMatchObject({ lockedVm: 0, regions: [] });
  }
  return outcome.results;
}

const ready = [attach(), register()];
const open = [...ready, map({ iova: PAGE, va: VA + PAGE }), unmap({ iova: PAGE })];

describe('two operations side by side', () => {
  test('MAP and UNREGISTER: found and counted, or not, or being unregistered', () => {
    expect(race(open, [map(), unregister()])).toEqual(['-22 0', '-6 0', '0 -16']);
  });

  test('MAP of two pages and UNREGISTER', () => {
    expect(race(open, [map({ size: 2 * PAGE }), unregister()])).toEqual(['-22 0', '-6 0', '0 -16']);
  });

  test('MAP that fails half way may be seen by UNREGISTER', () => {
    const half = map({ size: 2 * PAGE, va: VA + PAGE });
    expect(race(open, [half, unregister()])).toEqual(['-22 -16', '-22 0', '-6 0']);
  });

  test('UNMAP and UNREGISTER', () => {
    expect(race([...ready, map()], [unmap(), unregister()])).toEqual(['0 -16', '0 0']);
  });

  test('UNMAP, UNMAP and UNREGISTER: a cleared entry may still be counted', () => {
    const start = run(topology([2]), [...ready, map()]).state;
    let first = oracle.begin(unmap(), 0);
    let state = start;
    // The first UNMAP clears the entry and has not put the page yet.
    for (let step = 0; step < 2; step += 1) {
      const [next] = oracle.advance(state, first);
      if (next !== undefined) ({ state, pending: first } = next);
    }
    const second = interleave(state, [unmap()]);
    expect(second.results).toEqual(['0']);
    expect(interleave(state, [unregister()]).results).toEqual(['-16']);
  });

  test('MAP over an entry and UNREGISTER of the old region', () => {
    const list = [...ready, register({ va: NOWHERE - PAGE, size: PAGE }), map()];
    const results = race(list, [map({ va: NOWHERE - PAGE }), unregister()]);
    expect(results).toEqual(['0 -16', '0 0']);
  });

  test('MAP and MAP make one default window (BUG-W)', () => {
    expect(race(ready, [map(), map({ va: VA + PAGE })])).toEqual(['0 0']);
  });

  test('MAP and UNMAP of one entry (BUG-X)', () => {
    expect(race(open, [map(), unmap()])).toEqual(['0 0']);
  });

  test('MAP and REMOVE: REMOVE waits for a MAP in flight (L1)', () => {
    expect(race(open, [map({ size: 2 * PAGE }), remove()])).toEqual(['-6 0', '0 0']);
  });

  test('MAP and detach, MAP and close', () => {
    expect(race(open, [map(), detach()])).toEqual(['0 0']);
    expect(race(open, [map(), close()])).toEqual(['-9 0', '0 0']);
  });

  test('MAP and DISABLE, then detach: enabled is read before the window is looked up', () => {
    const legacy = [attach(3), enable()];
    expect(race(legacy, [map(), disable(), detach(3)], [1])).toEqual(['-1 0 0', '-6 0 0', '0 0 0']);
  });

  test('REGISTER and REGISTER by two containers', () => {
    // -22: both miss the lookup, and an exact match is an overlap for the one that comes second.
    const both = [register(), register({ container: 1 })];
    expect(race([], both, [2, 2])).toEqual(['-22 0', '0 -22', '0 0']);
  });

  test('REGISTER and UNREGISTER in one container', () => {
    expect(race([register()], [register(), unregister()])).toEqual(['-16 0', '0 0']);
    expect(race([register()], [unregister(), unregister()])).toEqual(['-2 0', '0 -2']);
  });

  test('CREATE and CREATE, CREATE and attach', () => {
    expect(race([attach()], [create(), create()])).toEqual(['-28 0', '0 -28']);
    expect(race([attach()], [create(), attach(1)])).toEqual(['0 0']);
    expect(race([], [attach(), attach(0, 1)], [2, 2])).toEqual(['-16 0', '0 -16']);
  });

  test('ENABLE and ENABLE', () => {
    expect(race([attach(3)], [enable(), enable()], [1])).toEqual(['-16 0', '0 -16']);
  });
});

describe('refusals of the environment', () => {
  const cases: readonly (readonly [string, readonly Op[], Op, readonly string[], (1 | 2)?])[] = [
    ['attach', [], attach(), ['-12', '0']],
    ['attach with windows', [attach(), create()], attach(1), ['-12', '-5', '0']],
    ['attach of a legacy group', [], attach(3), ['-12', '-16', '0'], 1],
    ['register', [], register(), ['-12', '-14', '0']],
    ['create', [attach()], create(), ['-12', '-5', '0']],
    ['map, default window', ready, map({ size: 2 * PAGE }), ['-12', '-5', '0']],
    ['map, one page', open, map(), ['-5', '0']],
    ['map, v1', [attach(3), enable()], map({ size: 2 * PAGE }), ['-14', '-5', '0'], 1],
    ['unmap', [...open, map()], unmap(), ['0']],
    ['remove', [attach(), create()], remove(), ['0']],
  ];
  for (const [what, setup, op, results, version = 2] of cases) {
    test(what, () => {
      const start = run(topology([version]), setup, faultSites).state;
      const outcome = interleave(start, [op]);
      expect(outcome.results).toEqual(results);
      for (const state of outcome.finals) expectConsistent(state);
    });
  }

  test('a failed attach changes nothing at all', () => {
    const start = run(topology([2]), [attach(), create()], faultSites).state;
    const finals = interleave(start, [attach(1)]).finals.map((state) => state.key);
    expect(finals).toHaveLength(2);
    expect(finals).toContain(start.key);
  });

  test('only at the sites that are listed, and once', () => {
    const sites: readonly FaultSite[] = ['pin'];
    const start = run(topology([2]), [], sites).state;
    expect(interleave(start, [register()]).results).toEqual(['-14', '0']);
  });

  test('a refused exchange is seen by UNREGISTER while it lasts', () => {
    const start = run(topology([2]), open, ['xchg']).state;
    expect(interleave(start, [map(), unregister()]).results).toEqual([
      '-22 0',
      '-5 -16',
      '-5 0',
      '-6 0',
      '0 -16',
    ]);
  });
});

/** A fixed pseudo-random sequence: the same walk everywhere. */
function* lcg(seed: number): Generator<number, never> {
  for (let x = seed; ; ) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    yield x >>> 8;
  }
}

test('a long walk: steps alone are apply(), every state is consistent, equal keys are equal', () => {
  const container = [0, 1, 2];
  const menu: Op[] = container.flatMap((index) => [
    attach(0, index),
    attach(1, index),
    attach(3, index),
    detach(0, index),
    detach(3, index),
    register({ container: index }),
    register({ container: index, va: VA + 2 * PAGE }),
    unregister({ container: index }),
    unregister({ container: index, va: VA + 2 * PAGE }),
    map({ container: index, size: 2 * PAGE, va: VA + PAGE }),
    map({ container: index, iova: PAGE }),
    unmap({ container: index, size: 4 * PAGE }),
    create({ container: index }),
    remove({ container: index }),
    enable(index),
    disable(index),
  ]);
  const random = lcg(1);
  const draw = (n: number) => random.next().value % n;
  const topo = topology([2, 2, 1], { process: { memlockPages: 14 } });
  let state = oracle.initial(topo, []);
  let successes = 0;
  for (let count = 0; count < 3000; count += 1) {
    const op = draw(60) === 0 ? close(draw(3)) : menu[draw(menu.length)];
    if (op === undefined) continue;
    const { state: applied, result } = oracle.apply(state, op, 0);
    const alone = interleave(state, [op]);
    expect(alone.results).toEqual([String(result.ret)]);
    expect(alone.finals.map((final) => final.key)).toEqual([applied.key]);
    expectConsistent(applied);
    if (result.ret === 0) successes += 1;
    const isClosed = applied.containers.every((each) => each.node.value === 'closed');
    state = isClosed ? oracle.initial(topo, []) : applied;
  }
  expect(successes).toBeGreaterThan(500);
});
