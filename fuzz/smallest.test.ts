// Searching by size: what is counted, that nothing smaller is missed, and what a bound does to the
// claim.

import { expect, test } from 'vitest';
import { map, plain, register, toyInstance, toyProgram } from '../test/toys/program.ts';
import { countPrograms, programsOf, shapes, type Vocabulary } from './programs.ts';
import { countLayers, findSmallest } from './smallest.ts';

const { system, topology } = toyProgram([]);
const vocabulary: Vocabulary = {
  system,
  topology,
  ops: [register(0), register(1), map(0), plain('info'), plain('close')],
};

test('programs are counted once, whatever the order of their tasks', () => {
  expect([...shapes(4, 2)]).toEqual([
    [3, 1],
    [2, 2],
  ]);
  expect([...shapes(3, 3)]).toEqual([[1, 1, 1]]);
  for (const shape of [[1], [2, 1], [1, 1], [2, 2], [1, 1, 1]]) {
    const programs = [...programsOf(vocabulary, shape)];
    expect(programs.length).toBe(countPrograms(5, shape));
    const ordered = programs.map((p) =>
      p.tasks
        .map((t) => JSON.stringify(t.ops))
        .sort()
        .join(),
    );
    expect(new Set(ordered).size).toBe(programs.length);
  }
});

test('the smallest lost update is one locked and one unlocked toggle, one preemption', () => {
  const wanted = { property: 'count' };
  const limits = { maxOperations: 4, maxTasks: 2 };
  const { found, layers, proved } = findSmallest(vocabulary, toyInstance, wanted, limits);
  expect(proved).toBe(true);
  expect(found?.preemptions).toBe(1);
  expect(found?.program.tasks).toMatchObject([
    { ops: [{ op: 'register' }] },
    { ops: [{ op: 'map' }] },
  ]);
  expect(layers.map((l) => [l.operations, l.tasks, l.programs])).toEqual([
    [1, 1, 5],
    [2, 1, 25],
    [2, 2, 15],
  ]);
  expect(layers.reduce((n, l) => n + l.programs, 0)).toBe(
    countLayers(5, { maxOperations: 2, maxTasks: 2 }),
  );
});

test('a key picks one failure of a property, and what exists nowhere is proved absent', () => {
  const key = 'count changes during close';
  const limits = { maxOperations: 2, maxTasks: 2 };
  const torn = findSmallest(vocabulary, toyInstance, { property: 'bug', key }, limits);
  expect(torn.found?.program.tasks.flatMap((t) => t.ops.map((op) => op.op))).toContain('close');
  const none = findSmallest(vocabulary, toyInstance, { property: 'bug', key: 'other' }, limits);
  expect(none).toMatchObject({ found: null, proved: true });
});

test('operations that keep nothing in their tasks are searched in a task each', () => {
  const wanted = { property: 'count' };
  const limits = { maxOperations: 2, maxTasks: 1 };
  const all = findSmallest(vocabulary, toyInstance, wanted, { ...limits, oneEachBelow: 3 });
  expect(all.layers.map((l) => [l.operations, l.tasks])).toEqual([
    [1, 1],
    [2, 2],
  ]);
  // It fails where fewer tasks were not looked at: nothing is claimed.
  expect(all).toMatchObject({ found: { preemptions: 1 }, proved: false });
  const none = findSmallest(vocabulary, toyInstance, wanted, { ...limits, oneEachBelow: 2 });
  expect(none.layers.map((l) => [l.operations, l.tasks])).toEqual([
    [1, 1],
    [2, 1],
  ]);
  expect(none).toMatchObject({ found: null, proved: true });
});

test('a budget that is hit takes the claim back', () => {
  const limits = { maxOperations: 2, maxTasks: 2, maxStates: 20 };
  const { found, proved } = findSmallest(vocabulary, toyInstance, { property: 'none' }, limits);
  expect({ found, proved }).toEqual({ found: null, proved: false });
  const bounded = { maxOperations: 2, maxTasks: 2, preemptions: 0 };
  expect(findSmallest(vocabulary, toyInstance, { property: 'count' }, bounded).found).toBeNull();
});
