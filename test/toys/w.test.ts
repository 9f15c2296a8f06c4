// W against what SPIN, TLC, stateright and others count on the same programs: states and transitions
// of the whole space, and which variants lose an update.

import { expect, test } from 'vitest';
import { DataRaces, Violation } from '../../engine/runtime/index.ts';
import { derive, Rng } from '../../fuzz/rng.ts';
import { Runner, type Subject } from '../../fuzz/run.ts';
import { RandomWalk } from '../../fuzz/schedulers/random.ts';
import { Replay } from '../../fuzz/schedulers/replay.ts';
import { searchAll } from './toy.ts';
import { toyW } from '../../bench/workload/w.ts';

/** The same, with a judge that counts the wrong states and lets the search go on behind them. */
function counting(variant: 'A' | 'B' | 'C', tasks: number, ops: number) {
  const { executor, judge } = toyW(variant, tasks, ops);
  let wrong = 0;
  const quiescent = () => {
    try {
      judge.quiescent();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      wrong++;
    }
  };
  const { result } = searchAll({ executor, judge: { ...judge, quiescent } });
  return { result, wrong: () => wrong };
}

test.each([
  ['A', 2, 2, 69, 72],
  ['A', 2, 4, 225, 240],
  ['A', 3, 2, 297, 324],
  ['A', 3, 3, 784, 864],
  ['A', 4, 2, 1161, 1296],
  ['B', 2, 2, 359, 600],
  ['B', 2, 4, 10897, 19588],
  ['B', 3, 2, 3072, 5634],
  ['B', 3, 3, 39514, 73961],
  ['B', 4, 2, 28634, 53190],
  ['C', 2, 2, 81, 144],
  ['C', 2, 4, 289, 544],
  ['C', 3, 2, 729, 1944],
  ['C', 3, 3, 2197, 6084],
  ['C', 4, 2, 6561, 23328],
] as const)('%s(%i,%i) has %i states and %i transitions', (variant, tasks, ops, states, moves) => {
  const { result, wrong } = counting(variant, tasks, ops);
  expect(result).toMatchObject({ states, transitions: moves, violations: 0, complete: true });
  expect(wrong() > 0).toBe(variant === 'B');
});

test('the reports of B replay, and its shortest is one locked and one unlocked operation', () => {
  const subject = toyW('B', 2, 1);
  const { findings } = searchAll(subject);
  const runner = new Runner(subject, { maxSteps: 100, observer: new DataRaces() });
  for (const { violation, decisions } of findings) {
    const again = runner.run(new Replay(decisions, 'strict'));
    expect(again.violation?.message).toBe(violation.message);
  }
  expect(Math.min(...findings.map((f) => f.decisions.length))).toBe(10);
});

const randomRuns = (subject: Subject, count: number) => {
  const runner = new Runner(subject, { maxSteps: 100, observer: new DataRaces() });
  return Array.from({ length: count }, (_, i) =>
    runner.run(new RandomWalk(Rng.seeded(derive('w', i)))),
  );
};

test.each(['A', 'B', 'C'] as const)('random runs lose an update in B only: %s', (variant) => {
  const outcomes = new Set(randomRuns(toyW(variant, 3, 3), 100).map((run) => run.outcome));
  expect([...outcomes].sort()).toEqual(variant === 'B' ? ['ok', 'violation'] : ['ok']);
});

test('random runs of B(3,3) end with a wrong count as often as those of the peers, 71.7 %', () => {
  const { executor, judge } = toyW('B', 3, 3);
  const atTheEnd = { quiescent() {}, final: () => judge.quiescent() };
  const runs = randomRuns({ executor, judge: atTheEnd }, 4000);
  const wrong = runs.filter((run) => run.outcome === 'violation').length;
  // Three standard deviations of 4000 draws.
  expect(Math.abs(wrong / runs.length - 0.717)).toBeLessThan(0.021);
});

test('a bound that is hit is never called complete', () => {
  const { executor, judge } = toyW('C', 2, 2);
  const cut = searchAll({ executor, judge }, { maxStates: 20 }).result;
  expect(cut).toMatchObject({ complete: false, states: 21 });
  expect(searchAll({ executor, judge }, { maxDepth: 15 }).result.complete).toBe(false);
  expect(searchAll({ executor, judge }, { maxDepth: 16 }).result.complete).toBe(true);
  const run = new Runner({ executor, judge }, { maxSteps: 15 }).run(new RandomWalk(Rng.seeded('')));
  expect(run).toMatchObject({ outcome: 'inconclusive', steps: 15 });
});
