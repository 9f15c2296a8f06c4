// What every scheduler is held to on models small enough to count by hand: it makes legal runs only,
// and reaches what it promises to reach.

import { describe, expect, test } from 'vitest';
import type { Rng } from '../../fuzz/rng.ts';
import { Runner } from '../../fuzz/run.ts';
import { Guided } from '../../fuzz/schedulers/guided.ts';
import { Orders } from '../../fuzz/schedulers/orders.ts';
import { Pct } from '../../fuzz/schedulers/pct.ts';
import { Pos } from '../../fuzz/schedulers/pos.ts';
import { PreemptionBounded } from '../../fuzz/schedulers/preemptionBounded.ts';
import { RandomWalk } from '../../fuzz/schedulers/random.ts';
import { Replay } from '../../fuzz/schedulers/replay.ts';
import { RoundRobin } from '../../fuzz/schedulers/roundRobin.ts';
import type { Scheduler } from '../../fuzz/schedulers/scheduler.ts';
import { allRuns, independent, sample, word } from './interleavings.ts';
import { searchAll, toy } from './toy.ts';

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
const choose = (n: number, k: number) => factorial(n) / factorial(k) / factorial(n - k);

/** Two tasks, one asks the environment for two things of which one may be refused. */
const choosy = () =>
  toy(({ env }) => ({
    main: [
      [
        function* () {
          yield env.refuse('page');
          yield env.refuse('pin');
          yield env.choose(3, 'device');
        },
      ],
      [
        function* () {
          yield env.local;
        },
      ],
    ],
  }));

const steps = 10;
const schedulers: Readonly<Record<string, (rng: Rng) => Scheduler>> = {
  'round robin': () => new RoundRobin(),
  random: (rng) => new RandomWalk(rng),
  pct: (rng) => new Pct(rng, { depth: 3, steps: { most: steps } }),
  'preemption-bounded': (rng) => new PreemptionBounded(rng, { bound: 1 }),
  pos: (rng) => new Pos(rng),
  guided: (rng) => new Guided(rng, new Orders()),
  'lenient replay': () => new Replay([], 'lenient'),
};

describe.each([
  [1, 4],
  [2, 2],
  [2, 4],
  [3, 2],
  [3, 3],
  [4, 2],
])('%i tasks of %i steps', (n, k) => {
  const model = independent(n, k);
  const legal = allRuns(model.executor);

  test('have (nk)!/(k!)^n runs and (k+1)^n states', () => {
    expect(legal.size).toBe(factorial(n * k) / factorial(k) ** n);
    expect(searchAll(model).result.states).toBe((k + 1) ** n);
  });

  test.each(Object.keys(schedulers))('%s makes legal runs only', (name) => {
    const made = sample(model, 100, schedulers[name]!);
    expect([...made].filter((run) => !legal.has(run))).toEqual([]);
  });
});

describe('the environment', () => {
  const legal = allRuns(choosy().executor);

  test('has its choices counted: one refusal at most, three devices, four places for the other', () => {
    expect(legal.size).toBe(3 * 3 * 4);
    expect(sample(choosy(), 1000, (rng) => new RandomWalk(rng))).toEqual(legal);
  });

  test.each(Object.keys(schedulers))('%s gives possible answers only', (name) => {
    const made = sample(choosy(), 200, schedulers[name]!);
    expect([...made].filter((run) => !legal.has(run))).toEqual([]);
  });
});

test('round robin makes one run', () => {
  const made = sample(independent(3, 2), 5, () => new RoundRobin());
  expect([...made]).toEqual(['0 1 2 0 1 2']);
});

test.each([
  [2, 2],
  [2, 4],
  [3, 2],
])('random reaches every run of %i tasks of %i steps', (n, k) => {
  const model = independent(n, k);
  expect(sample(model, 2000, (rng) => new RandomWalk(rng))).toEqual(allRuns(model.executor));
});

test.each([
  [2, 2],
  [2, 3],
  [3, 2],
])('pos reaches every run of %i tasks of %i steps, though they commute', (n, k) => {
  const model = independent(n, k);
  expect(sample(model, 4000, (rng) => new Pos(rng))).toEqual(allRuns(model.executor));
});

test('pct of depth d reaches every run of two tasks with at most d-1 preemptions', () => {
  const model = independent(2, 3);
  for (const depth of [1, 2, 3]) {
    const made = sample(model, 2000, (rng) => new Pct(rng, { depth, steps: { most: 6 } }));
    const legal = allRuns(model.executor, depth - 1);
    expect([...legal].filter((run) => !made.has(run))).toEqual([]);
  }
  expect(sample(model, 4000, (rng) => new Pct(rng, { depth: 6, steps: { most: 6 } }))).toEqual(
    allRuns(model.executor),
  );
});

describe.each([2, 3, 4])('two tasks of %i steps', (k) => {
  const model = independent(2, k);

  /**
   * a blocks of one task and b of the other, |a-b| ≤ 1, are a+b-1 switches. All but one, that at the
   * end of a task, are preemptions.
   */
  function runsWithin(bound: number): number {
    let runs = 0;
    for (let a = 1; a <= k; a++)
      for (let b = Math.max(1, a - 1); b <= Math.min(k, a + 1); b++)
        if (a + b - 2 <= bound)
          runs += (a === b ? 2 : 1) * choose(k - 1, a - 1) * choose(k - 1, b - 1);
    return runs;
  }

  test.each([0, 1, 2])('with at most %i preemptions', (bound) => {
    const legal = allRuns(model.executor, bound);
    expect(legal.size).toBe(runsWithin(bound));
    expect(sample(model, 2000, (rng) => new PreemptionBounded(rng, { bound }))).toEqual(legal);
  });

  test('have as many runs without a bound as with one never met', () => {
    expect(runsWithin(2 * k)).toBe(choose(2 * k, k));
    expect(allRuns(model.executor, 2 * k).size).toBe(choose(2 * k, k));
  });
});

test('a bounded search reaches the states of the bounded runs, and all of them at a high bound', () => {
  const model = independent(2, 3);
  const positions = (runs: Set<string>) => {
    const seen = new Set<string>(['0,0']);
    for (const run of runs) {
      const at = [0, 0];
      for (const task of run.split(' ')) {
        at[Number(task)]!++;
        seen.add(at.join());
      }
    }
    return seen.size;
  };
  for (const preemptions of [0, 1, 2]) {
    const { result } = searchAll(model, { preemptions });
    expect(result.complete).toBe(true);
    expect(result.states).toBeGreaterThanOrEqual(positions(allRuns(model.executor, preemptions)));
  }
  expect(positions(allRuns(model.executor, 0))).toBe(12);
  expect(positions(allRuns(model.executor, 1))).toBe(16);
});

describe('replay', () => {
  const model = choosy();
  const runner = new Runner(model, { maxSteps: 100 });
  const replay = (decisions: { task: number; choice: number }[], mode: 'strict' | 'lenient') =>
    runner.run(new Replay(decisions, mode));
  const step = (task: number, choice = 0) => ({ task, choice });

  test('makes any run again, in both modes', () => {
    for (const run of allRuns(model.executor)) {
      const decisions = run.split(' ').map((part) => {
        const [task, choice] = part.split(':').map(Number);
        return step(task!, choice);
      });
      expect(word(replay(decisions, 'strict').decisions)).toBe(run);
      expect(word(replay(decisions, 'lenient').decisions)).toBe(run);
    }
  });

  test('strict ends with the list', () => {
    expect(replay([step(1)], 'strict')).toMatchObject({ outcome: 'inconclusive', steps: 1 });
  });

  test.each([
    [[step(1), step(1)], 'decision 1 (T1, choice 0) is not possible: the task has finished'],
    [[step(0, 1), step(0, 1)], 'decision 1 (T0, choice 1) is not possible: there are 1 ways'],
    [[step(7)], 'decision 0 (task 7, choice 0) is not possible: there are 3 tasks'],
    [[step(2)], 'decision 0 (rcu, choice 0) is not possible: the task waits at grace_period'],
  ])('strict refuses %j', (decisions, message) => {
    expect(() => replay(decisions, 'strict')).toThrow(message);
  });

  test('lenient skips what is impossible and goes on without preempting', () => {
    const run = replay([step(7), step(1), step(1), step(0, 1), step(0, 1)], 'lenient');
    expect(run.outcome).toBe('ok');
    expect(word(run.decisions)).toBe('1 0:1 0 0');
    expect(word(replay([step(0)], 'lenient').decisions)).toBe('0 0 0 1');
  });
});
