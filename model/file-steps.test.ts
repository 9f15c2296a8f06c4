// Closing a container under calls: they go on, and what the container held is given back by the last
// of them; who comes later finds the descriptor closed.
import { expect, test } from 'vitest';
import { oracle } from './oracle.ts';
import { interleave, ops, topology } from './testing.ts';
import type { Op } from './vocabulary.ts';

const { attach, close, register } = ops;
const elsewhere = { ...attach(), container: 1 } as Op;

function state(setup: readonly Op[]) {
  const start = oracle.initial(topology([2, 2]), [], {}, true);
  return setup.reduce((at, op) => oracle.apply(at, op, 0).state, start);
}

test('a closed descriptor is -EBADF for every call, close itself included', () => {
  const closed = state([attach(), close()]);
  for (const op of [close(), register(), attach()])
    expect(oracle.apply(closed, op, 0).result.ret).toBe(-9);
});

test('two closes: one of them is too late', () => {
  expect(interleave(state([attach()]), [close(), close()]).results).toEqual(['-9 0', '0 -9']);
});

test('a call under a close ends as if there were none, or has come too late', () => {
  const { results, finals, deadlocks } = interleave(state([attach()]), [register(), close()]);
  expect({ results, deadlocks }).toEqual({ results: ['-9 0', '0 0'], deadlocks: 0 });
  for (const { containers, processes } of finals) {
    expect(containers[0]).toMatchObject({ groups: [], calls: 0, shut: false });
    expect(processes[0]).toMatchObject({ lockedVm: 0, regions: [] });
  }
});

test('the group of a closed container is free when its last call has ended, not before', () => {
  const { results } = interleave(state([attach()]), [register(), close(), elsewhere]);
  expect(results).toEqual(['-9 0 -16', '-9 0 0', '0 0 -16', '0 0 0']);
});
