// What is searched for a proof, and what a search may change: on an oracle that answers from a table.

import { expect, test } from 'vitest';
import { ShrinkOracle } from '../fuzz/shrinkOracle.ts';
import { predicateInstance, plain, register, toyProgram } from '../test/toys/program.ts';
import { fewerPreemptions } from './fewer-preemptions.ts';
import { shrink } from './index.ts';
import { proveOneMinimal } from './one-minimal.ts';
import type { Bounds, Oracle, Run, Verdict } from './run.ts';
import { Shrinker } from './shrinker.ts';

const program = toyProgram([[register(0)], [register(1)]], [plain('info')], 2);

const run = (preemptions: number, refusals = 1): Run => ({
  program,
  decisions: [],
  moves: Array.from({ length: refusals }, () => {
    return { phase: 'main', nth: 0, op: 0, asked: 'refuse pin?', choice: 1 } as const;
  }),
  preemptions,
  switches: 3,
});

/** Never replays anything; answers searches by `verdict` and keeps what was asked. */
function tableOracle(verdict: (bounds: Bounds) => Verdict) {
  const asked: string[] = [];
  const oracle: Oracle = {
    reproduce: () => null,
    replay: () => null,
    search(candidate, bounds) {
      const { setup, tasks } = candidate;
      const ops = [setup, ...tasks.map((t) => t.ops)].map((list) => list.length);
      asked.push(`${ops.join('|')} p${bounds.preemptions} r${bounds.refusals}`);
      return verdict(bounds);
    },
  };
  return { oracle, asked };
}

const budget = { replays: 100, states: 1000, statesPerSearch: 100 };
const absent: Verdict = { verdict: 'absent', states: 1 };

test('claims: each operation, each task, one preemption, one refusal', () => {
  const { oracle, asked } = tableOracle(() => absent);
  expect(proveOneMinimal(new Shrinker(oracle, run(2), budget, () => {}))).toBe('proved');
  expect(asked).toEqual([
    '0|1|1 pInfinity r2',
    '1|0|1 pInfinity r2',
    '1|1|0 pInfinity r2',
    '1|1 pInfinity r2',
    '1|1 pInfinity r2',
    '1|1|1 p1 r2',
    '1|1|1 p2 r0',
  ]);
});

test('a search that hit its bound proves nothing, one that finds less improves', () => {
  const unsure = tableOracle(() => ({ verdict: 'unknown', states: 100 })).oracle;
  expect(proveOneMinimal(new Shrinker(unsure, run(2), budget, () => {}))).toBe('within bounds');
  const { oracle } = tableOracle(({ preemptions }) =>
    preemptions === 1 ? { verdict: 'found', run: run(1), states: 1 } : absent,
  );
  const shrinker = new Shrinker(oracle, run(2), budget, () => {});
  expect(proveOneMinimal(shrinker)).toBe('improved');
  expect(shrinker.size.preemptions).toBe(1);
});

test('fewer preemptions: where no edit helps, a search with a lower bound does', () => {
  const { oracle, asked } = tableOracle(() => ({ verdict: 'found', run: run(0), states: 1 }));
  const shrinker = new Shrinker(oracle, run(3), budget, () => {});
  fewerPreemptions.run(shrinker);
  expect([shrinker.size.preemptions, asked]).toEqual([3, []]);
  shrinker.searching = true;
  fewerPreemptions.run(shrinker);
  expect([shrinker.size.preemptions, asked]).toEqual([0, ['1|1|1 p2 r2']]);
});

test('absence is asked for once, and the budget of states is kept', () => {
  const { oracle, asked } = tableOracle(() => absent);
  const shrinker = new Shrinker(oracle, run(2), budget, () => {});
  proveOneMinimal(shrinker);
  const once = asked.length;
  proveOneMinimal(shrinker);
  expect(asked.length).toBe(once);
  const greedy = tableOracle(() => ({ verdict: 'unknown', states: 600 })).oracle;
  expect(() => proveOneMinimal(new Shrinker(greedy, run(2), budget, () => {}))).toThrow('states');
});

test('whole: two operations that only go together go', () => {
  const [open, shut, keep] = [plain('enable'), plain('disable'), plain('close')];
  const fails = ({ setup, tasks }: typeof program) => {
    const names = [...setup, ...tasks.flatMap((t) => t.ops)].map((op) => op.op);
    const count = (name: string) => names.filter((n) => n === name).length;
    return count('enable') === count('disable') && count('close') === 2;
  };
  const wanted = { property: 'predicate', key: 'predicate' };
  const oracle = new ShrinkOracle(predicateInstance(fails), wanted);
  const start = toyProgram([[keep, open, keep, shut]]);
  const { failing } = shrink({ program: start, decisions: [], ...wanted }, oracle);
  expect(failing.program.setup).toEqual([keep]);
  expect(failing.program.tasks).toEqual([{ process: 0, ops: [keep] }]);
});
