// Whole shrinking on real interleavings: what is left is the smallest there is, proved, and the same
// whatever the run was that it began with.

import { describe, expect, test } from 'vitest';
import type { AnyProgram } from '../engine/program.ts';
import { ShrinkOracle } from '../fuzz/shrinkOracle.ts';
import { findSmallest } from '../fuzz/smallest.ts';
import { failingWalk } from '../test/toys/walk.ts';
import { map, plain, register, toyInstance, toyProgram } from '../test/toys/program.ts';
import { dropOps, dropTask, placesOf } from './edit.ts';
import { type Failing, NotFailing, shrink, type ShrinkOptions, sizeOf } from './index.ts';

/** B(3,4) of the toy workload W: the last task does not lock. */
const b34 = toyProgram([
  [register(0), register(1), register(2), register(3)],
  [register(1), register(2), register(3), register(0)],
  [map(2), map(3), map(0), map(1)],
]);

const oracleFor = (failing: Failing) => new ShrinkOracle(toyInstance, failing);
const shrunk = (failing: Failing, options?: ShrinkOptions) =>
  shrink(failing, oracleFor(failing), options);

function sizeBefore(failing: Failing) {
  return sizeOf(oracleFor(failing).reproduce(failing.program, failing.decisions)!);
}

const longRun = (seed: string) =>
  failingWalk(b34, toyInstance, seed, 'count', (f) => sizeBefore(f).switches >= 15);

const everySearch = (
  program: AnyProgram,
  failing: Failing,
  preemptions = Number.POSITIVE_INFINITY,
) => oracleFor(failing).search(program, { preemptions, refusals: 9, maxStates: 1e6 }).verdict;

describe('a lost update among 3 tasks of 4 operations', () => {
  test('shrinks from 15 and more switches to 2 operations, 10 steps and 2 switches', () => {
    for (const seed of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const result = shrunk(longRun(seed));
      expect(result.from).toMatchObject({ operations: 12, tasks: 3 });
      expect(result).toMatchObject({ minimal: 'proved', interrupted: false });
      expect(result.size).toMatchObject({
        operations: 2,
        tasks: 2,
        concurrent: 2,
        preemptions: 1,
        switches: 2,
        steps: 10,
        disorder: 0,
      });
    }
  });

  test('ends in the same program and schedule, whichever run it began with', () => {
    const ends = 'a b c d e f g h i j'
      .split(' ')
      .map((seed) => JSON.stringify(shrunk(longRun(seed)).failing));
    expect(new Set(ends).size).toBe(1);
    const { program, decisions } = JSON.parse(ends[0]!) as Failing;
    const names = program.tasks.map((t) => t.ops.map((op) => op.op).join());
    const schedule = decisions.map((d) => d.task - 1).join('');
    expect(`${names.join(' | ')}: ${schedule}`).toMatchInlineSnapshot(
      `"map | register: 0111111000"`,
    );
  });

  test('is as small as the smallest program that exhaustive search finds', () => {
    const failing = longRun('a');
    const vocabulary = {
      system: b34.system,
      topology: b34.topology,
      ops: [0, 1, 2, 3].flatMap((page) => [register(page), map(page)]),
    };
    const limits = { maxOperations: 3, maxTasks: 3 };
    const { found, proved } = findSmallest(vocabulary, toyInstance, failing, limits);
    const { size, failing: end } = shrunk(failing);
    expect(proved).toBe(true);
    expect(found?.preemptions).toBe(size.preemptions);
    expect(found?.program.tasks.map((t) => t.ops.length)).toEqual(
      end.program.tasks.map((t) => t.ops.length),
    );
  });
});

test('what is left is 1-minimal: brute force agrees', () => {
  const end = shrunk(longRun('b'));
  const run = end.run;
  for (const place of placesOf(run.program))
    expect(everySearch(dropOps(run, [place]).program, end.failing)).toBe('absent');
  for (const i of run.program.tasks.keys())
    expect(everySearch(dropTask(run, i).program, end.failing)).toBe('absent');
  expect(everySearch(run.program, end.failing, end.size.preemptions - 1)).toBe('absent');
  expect(everySearch(run.program, end.failing, end.size.preemptions)).toBe('found');
});

test('keeps to its own failure where a program has two', () => {
  const both = toyProgram([[register(0), plain('close')], [map(1), map(2)], [register(3)]]);
  for (const key of ['count', 'count changes during close']) {
    const failing = failingWalk(both, toyInstance, 'two', key);
    const { failing: end, minimal } = shrunk(failing);
    expect([end.property, end.key]).toEqual([failing.property, key]);
    const names = end.program.tasks.flatMap((t) => t.ops.map((op) => op.op));
    expect(names.includes('close')).toBe(key !== 'count');
    expect(minimal).toBe('proved');
    expect(oracleFor(end).reproduce(end.program, end.decisions)).not.toBeNull();
  }
});

test('an operation that only prepares goes to the setup, and refusals that do not matter go', () => {
  const program = toyProgram(
    [
      [plain('info'), plain('enable'), plain('info')],
      [plain('disable'), plain('disable')],
    ],
    [plain('info')],
    2,
  );
  const failing = failingWalk(program, toyInstance, 'setup', 'disable cannot pin', (f) => {
    return sizeBefore(f).refusals === 2;
  });
  const { size, failing: end, minimal, dropped } = shrunk(failing);
  expect(minimal).toBe('proved');
  expect(size).toMatchObject({ operations: 2, tasks: 1, concurrent: 1, refusals: 1, switches: 0 });
  expect(end.program.setup.map((op) => op.op)).toEqual(['enable']);
  expect(end.program.faults).toEqual({ budget: 1, sites: [] });
  expect(dropped).toEqual(['operations: info', 'groups: 0 instead of 1', 'one task is enough']);
});

test('the same input gives the same bytes, and the result does not shrink further', () => {
  const failing = longRun('c');
  const first = shrunk(failing);
  expect(JSON.stringify(shrunk(failing))).toBe(JSON.stringify(first));
  const again = shrunk(first.failing);
  expect(again.failing).toEqual(first.failing);
  expect(again.log).toEqual([]);
});

test('goes on from any run on the way, and a spent budget leaves one', () => {
  const failing = longRun('d');
  const onTheWay: Failing[] = [];
  const end = shrunk(failing, { onImprovement: (_, smaller) => onTheWay.push(smaller) });
  expect(onTheWay.at(-1)).toEqual(end.failing);
  for (const half of onTheWay)
    expect(shrunk(half).size).toMatchObject({ operations: 2, preemptions: 1, switches: 2 });
  const stopped = shrunk(failing, { replays: 3 });
  expect(stopped).toMatchObject({ interrupted: true, minimal: 'within bounds', replays: 3 });
  expect(shrunk(stopped.failing).size).toEqual(end.size);
});

test('decisions that have drifted are searched for; a run that does not fail is refused', () => {
  const failing = longRun('e');
  const small = shrunk(failing).failing;
  expect(shrunk({ ...small, decisions: [] }).size).toEqual(shrunk(failing).size);
  const healthy = toyProgram([[register(0)], [register(1)]]);
  expect(() => shrunk({ ...small, program: healthy })).toThrow(NotFailing);
});
