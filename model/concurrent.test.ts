// The small steps: which results operations may have side by side, that nothing deadlocks, that every
// run ends in a consistent state, and that refusals of the environment leave nothing behind.
import { describe, expect, test } from 'vitest';
import { inconsistencies } from './invariants.ts';
import { oracle } from './oracle.ts';
import { interleave, NOWHERE, ops, PAGE, run, topology, VA } from './testing.ts';
import type { Op } from './vocabulary.ts';

const { attach, close, create, detach, disable, enable, map } = ops;
const { register, remove, unmap, unregister } = ops;

function race(setup: readonly Op[], list: readonly Op[], versions: readonly (1 | 2)[] = [2]) {
  const outcome = interleave(run(topology(versions), setup).state, list);
  expect(outcome.deadlocks).toBe(0);
  for (const state of outcome.finals) {
    expect(inconsistencies(state)).toEqual([]);
    const after = oracle.exit(state, 0);
    expect(after.processes[0]).toMatchObject({ lockedVm: 0, regions: [] });
  }
  return outcome.results;
}

const ready = [attach(), register()];
const open = [...ready, map({ iova: PAGE, va: VA + PAGE }), unmap({ iova: PAGE })];

/** c0 has a region of its own, and can map what c1 registers. */
const ownAndShared = [register({ va: NOWHERE - PAGE, size: PAGE }), register({ container: 1 })];

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

  test('MAP and the close of the container that registered: the region goes as by UNREGISTER', () => {
    const shared = [attach(), ...ownAndShared];
    expect(race(shared, [map(), close(1)], [2, 2])).toEqual(['-22 0', '-6 0', '0 0']);
  });

  test('MAP and the UNMAP of the last entry of an orphan', () => {
    const orphan = [attach(), ...ownAndShared, map(), close(1)];
    const list = [map({ iova: PAGE }), unmap()];
    expect(race(orphan, list, [2, 2])).toEqual(['-22 0', '-6 0', '0 0']);
  });

  test('what would take the window away waits until no MAP is in flight; others go on', () => {
    let at = { state: run(topology([2, 2]), open).state, pending: oracle.begin(map(), 0) };
    const moves = (op: Op) => oracle.advance(at.state, oracle.begin(op, 0)).length > 0;
    const waiting = [attach(1), detach(), close()];
    expect(waiting.map(moves)).toEqual([true, true, true]);
    at = oracle.advance(at.state, at.pending)[0] ?? at;
    expect(waiting.map(moves)).toEqual([false, false, false]);
    for (const op of [create(), remove()]) {
      const [checked] = oracle.advance(at.state, oracle.begin(op, 0));
      expect(checked && oracle.advance(checked.state, checked.pending)).toEqual([]);
    }
    const free = [map(), unmap(), unregister(), ops.info(), attach(1, 1), close(1), detach(1)];
    expect(free.filter((op) => !moves(op))).toEqual([]);
    while (at.pending.done === null) at = oracle.advance(at.state, at.pending)[0] ?? at;
    expect(waiting.map(moves)).toEqual([true, true, true]);
  });

  test('CREATE looks for a group before it has the lock', () => {
    // -19 (ENODEV): the group left in between, and the default window finds none.
    expect(race(ready, [create(), detach()])).toEqual(['-19 0', '-6 0', '0 0']);
    expect(race(open, [create(), detach()])).toEqual(['-6 0', '0 0']);
  });

  test('a region can be mapped through another container before REGISTER has enabled its own', () => {
    const setup = [
      attach(),
      attach(1, 1),
      register({ container: 1, va: NOWHERE - PAGE, size: PAGE }),
    ];
    const start = run(topology([2, 2]), setup).state;
    let at = { state: start, pending: oracle.begin(register(), 0) };
    while (at.state.processes[0]?.regions.length === 1) {
      at = oracle.advance(at.state, at.pending)[0] ?? at;
    }
    expect(interleave(at.state, [map()]).results).toEqual(['-1']);
    expect(interleave(at.state, [map({ container: 1 })]).results).toEqual(['0']);
  });

  test('CREATE binds the container before it looks for a group', () => {
    let at = { state: run(topology([2]), []).state, pending: oracle.begin(create(), 0) };
    const next = () => oracle.advance(at.state, at.pending)[0] ?? at;
    while (at.state.containers[0]?.mm === null) at = next();
    expect(at.pending.done).toBe(null);
    expect(oracle.apply(at.state, ops.info(), 1).result).toEqual({ ret: -1 });
    at = { ...at, state: oracle.apply(at.state, attach(), 0).state };
    while (at.pending.done === null) at = next();
    expect(at.pending.done).toMatchObject({ ret: 0 });
  });

  test('what waits for an UNREGISTER in progress, and what does not', () => {
    let at = { state: run(topology([2, 2]), ready).state, pending: oracle.begin(unregister(), 0) };
    at = oracle.advance(at.state, at.pending)[0] ?? at;
    expect(at.state.containers[0]?.locked).toBe(true);
    expect(interleave(at.state, [enable()]).results).toEqual(['-25']);
    // container->lock is held, and another container cannot have the range before it is unlinked.
    expect(interleave(at.state, [register({ va: NOWHERE - PAGE, size: PAGE })]).deadlocks).toBe(1);
    const other = { container: 1 };
    expect(interleave(at.state, [register(other)])).toMatchObject({ deadlocks: 1, results: [] });
    const elsewhere = register({ ...other, va: NOWHERE - PAGE, size: PAGE });
    expect(interleave(at.state, [elsewhere]).results).toEqual(['0']);
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
