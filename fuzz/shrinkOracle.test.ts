// The oracle: what it counts in a run, how leniently it follows, and what its searches claim.

import { expect, test } from 'vitest';
import { shrink } from '../shrinkers/index.ts';
import { failingWalk } from '../test/toys/walk.ts';
import { map, plain, register, toyInstance, toyProgram } from '../test/toys/program.ts';
import { oracleFor, ShrinkOracle } from './shrinkOracle.ts';

const count = { property: 'count', key: 'count' };
const oracle = () => new ShrinkOracle(toyInstance, count);
const pair = toyProgram([[register(0)], [map(1)]]);
/** T0 locks and reads, T1 does all, T0 writes and unlocks. */
const minimal = [1, 1, 1, 2, 2, 2, 2, 1, 1, 1].map((task) => ({ task, choice: 0 }));
const unbounded = { preemptions: Number.POSITIVE_INFINITY, refusals: 0, maxStates: 1e6 };

test('counts preemptions and switches as a reader would', () => {
  const run = oracle().reproduce(pair, minimal);
  expect(run).toMatchObject({ preemptions: 1, switches: 2, decisions: minimal });
  expect(run?.moves[3]).toEqual({ phase: 'main', nth: 1, op: 0, asked: null, choice: 0 });
});

test('a run without the failure, or with another one, is null', () => {
  expect(oracle().reproduce(pair, [])).toBeNull();
  const other = new ShrinkOracle(toyInstance, { property: 'count', key: 'another' });
  expect(other.reproduce(pair, minimal)).toBeNull();
});

test('moves keep their meaning when operations come before them', () => {
  const run = oracle().reproduce(pair, minimal)!;
  const longer = toyProgram([[plain('info'), register(0)], [map(1)]], [plain('info')]);
  const moves = run.moves.map((m) => (m.nth === 0 ? { ...m, op: 1 } : m));
  const followed = oracle().replay({ program: longer, moves });
  expect(followed?.decisions.map((d) => d.task).join('')).toBe('011112222111');
});

test('answers are found again by their question', () => {
  const program = toyProgram([[plain('enable'), plain('disable')]], [], 1);
  const failing = failingWalk(program, toyInstance, 'x', 'disable cannot pin');
  const about = new ShrinkOracle(toyInstance, failing);
  const run = about.reproduce(program, failing.decisions)!;
  expect(run.moves.at(-1)).toMatchObject({ asked: 'refuse pin?', choice: 1 });
  const sparse = run.moves.filter((m) => m.choice !== 0);
  expect(about.replay({ program, moves: sparse })?.moves.at(-1)).toMatchObject({ choice: 1 });
});

test('search finds the fewest preemptions, proves absence, and says when it does not know', () => {
  const found = oracle().search(pair, unbounded);
  expect(found.verdict === 'found' && found.run.preemptions).toBe(1);
  expect(oracle().search(pair, { ...unbounded, preemptions: 0 }).verdict).toBe('absent');
  const locked = toyProgram([[register(0)], [register(1)]]);
  expect(oracle().search(locked, unbounded).verdict).toBe('absent');
  expect(oracle().search(locked, { ...unbounded, maxStates: 5 }).verdict).toBe('unknown');
});

test('search respects the number of refusals', () => {
  const program = toyProgram([[plain('enable'), plain('disable')]], [], 1);
  const about = new ShrinkOracle(toyInstance, { property: 'bug', key: 'disable cannot pin' });
  expect(about.search(program, { ...unbounded, refusals: 1 }).verdict).toBe('found');
  expect(about.search(program, { ...unbounded, refusals: 0 }).verdict).toBe('absent');
});

test('a run that passed over a race nobody looked for is shrunk all the same', () => {
  const program = toyProgram([[plain('eeh'), plain('disable')], [plain('eeh')]], [], 1);
  const failing = failingWalk(program, toyInstance, 'x', 'disable cannot pin');
  const { decisions } = failing;
  expect(new ShrinkOracle(toyInstance, failing).reproduce(program, decisions)).toBeNull();
  const lax = oracleFor(toyInstance, failing);
  expect(lax.reproduce(program, decisions)?.decisions).toEqual(decisions);
  expect(lax.search(program, { ...unbounded, refusals: 0 }).verdict).toBe('unknown');
  const { size, minimal } = shrink(failing, lax);
  expect({ minimal, ...size }).toMatchObject({ minimal: 'proved', operations: 2, tasks: 1 });
});

test('a race is found where it is announced, and shrinks to its two accesses', () => {
  const program = toyProgram([
    [plain('info'), plain('eeh')],
    [plain('enable'), plain('eeh')],
  ]);
  const race = { property: 'data-race', key: 'toy.enabled' };
  const { size, failing } = shrink(
    { program, decisions: [], ...race },
    oracleFor(toyInstance, { program, decisions: [], ...race }),
  );
  expect(size).toMatchObject({ operations: 2, tasks: 2, steps: 0, switches: 0 });
  expect(failing.decisions).toEqual([]);
});
