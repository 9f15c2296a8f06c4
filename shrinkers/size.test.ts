// The order of sizes, and what counts in one.

import { expect, test } from 'vitest';
import { map, plain, register, toyProgram } from '../test/toys/program.ts';
import type { Move, Run } from './run.ts';
import { compareSizes, sizeKeys, sizeOf } from './size.ts';

const move = (nth: number, op = 0, choice = 0): Move => ({
  phase: 'main',
  nth,
  op,
  asked: choice === 0 ? null : 'refuse pin?',
  choice,
});

const run = (moves: readonly Move[]): Run => ({
  program: toyProgram([[register(1)], [map(2)]], [plain('info')], 1),
  moves,
  decisions: [],
  preemptions: 1,
  switches: 2,
});

test('counts what a reader has to hold in mind', () => {
  expect(sizeOf(run([move(1), move(1), move(0, 0, 1), move(1)]))).toEqual({
    operations: 3,
    tasks: 2,
    concurrent: 2,
    preemptions: 1,
    switches: 2,
    refusals: 1,
    faults: 3,
    topology: 9,
    values: 21,
    steps: 4,
    lateness: 2,
    disorder: 1,
  });
});

test('is lexicographic: a more significant number outweighs all that follow', () => {
  const size = sizeOf(run([move(0), move(1)]));
  expect(compareSizes(size, size)).toBe(0);
  sizeKeys.forEach((key, i) => {
    const rest = Object.fromEntries(sizeKeys.slice(i + 1).map((k) => [k, 1e6]));
    const smaller = { ...size, ...rest, [key]: size[key] - 1 };
    expect(compareSizes(smaller, size), key).toBeLessThan(0);
    expect(compareSizes(size, smaller), key).toBeGreaterThan(0);
  });
});
