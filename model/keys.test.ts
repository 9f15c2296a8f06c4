// Canonical keys: equal for equal states and operations in progress, and for no others.
import { describe, expect, test } from 'vitest';
import { oracle } from './oracle.ts';
import { ops, PAGE, run, topology, VA } from './testing.ts';
import type { Op } from './vocabulary.ts';

const { attach, close, create, map, register, remove, unmap } = ops;
const v2 = topology([2]);
const ready = [attach(), register()];

describe('keys', () => {
  const keyOf = (list: readonly Op[]) => run(v2, list).state.key;
  const upper = { va: VA + 2 * PAGE };

  test('do not depend on the way a state was reached', () => {
    expect(keyOf([register(upper), register()])).toBe(keyOf([register(), register(upper)]));
    const two = [map(), map({ iova: PAGE })];
    expect(keyOf([...ready, ...two])).toBe(keyOf([...ready, ...two.toReversed()]));
    expect(keyOf([...ready, map(), unmap()])).toBe(keyOf([...ready, unmap()]));
  });

  test('differ when anything differs', () => {
    const states = [
      [],
      [attach()],
      [attach(1)],
      [attach(), attach(1)],
      [register()],
      [register(upper)],
      ready,
      [...ready, map()],
      [...ready, unmap()],
      [...ready, map({ va: VA + PAGE })],
      [...ready, map({ iova: PAGE })],
      [attach(), remove()],
      [attach(), create()],
      [close()],
      [attach(), create({ windowSize: 2 * PAGE })],
      [...ready, remove(), create({ windowSize: 2 * PAGE })],
    ];
    expect(new Set(states.map(keyOf)).size).toBe(states.length);
  });

  test('of operations tell operation, process and progress apart', () => {
    const { state } = run(v2, ready);
    const begun = [oracle.begin(map(), 0), oracle.begin(unmap(), 0), oracle.begin(map(), 1)];
    const keys = begun.flatMap((pending) => [
      pending.key,
      ...oracle.advance(state, pending).map((next) => next.pending.key),
    ]);
    expect(new Set(keys).size).toBe(6);
    expect(oracle.begin(map(), 0).key).toBe(oracle.begin(map(), 0).key);
  });
});
