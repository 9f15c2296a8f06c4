// W against what SPIN, TLC, stateright and others count on the same programs: states and transitions
// of the whole space, and which variants lose an update.

import { expect, test } from 'vitest';
import { DataRaces, Violation } from '../../engine/runtime/index.ts';
import { derive, Rng } from '../../fuzz/rng.ts';
import { Runner, type Subject } from '../../fuzz/run.ts';
import { RandomWalk } from '../../fuzz/schedulers/random.ts';
import { Replay } from '../../fuzz/schedulers/replay.ts';
import { searchAll } from './toy.ts';
import { isWrong, known, stepsOf } from '../../bench/workload/known.ts';
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

const small = known.filter(({ states }) => states < 1e5);

test.each(small)('$variant($tasks,$ops) has $states states and $transitions transitions', (row) => {
  const { states, transitions } = row;
  const { result, wrong } = counting(row.variant, row.tasks, row.ops);
  expect(result).toMatchObject({ states, transitions, violations: 0, complete: true });
  expect(result.maxDepth).toBe(stepsOf(row));
  expect(wrong() > 0).toBe(isWrong(row));
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
  expect(cut).toMatchObject({ complete: false, states: 20 });
  expect(searchAll({ executor, judge }, { maxDepth: 15 }).result.complete).toBe(false);
  expect(searchAll({ executor, judge }, { maxDepth: 16 }).result.complete).toBe(true);
  const run = new Runner({ executor, judge }, { maxSteps: 15 }).run(new RandomWalk(Rng.seeded('')));
  expect(run).toMatchObject({ outcome: 'inconclusive', steps: 15 });
});
