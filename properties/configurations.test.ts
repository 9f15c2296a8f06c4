// The sets of machine states that explain a history: equal histories share one, a result that nothing
// allows leaves none, and a call's step may lie anywhere within it.

import { expect, test } from 'vitest';
import { oracle } from '../model/index.ts';
import { attach, program, register, unregister } from '../fuzz/scenarios/scenario.ts';
import type { Op } from '../engine/index.ts';
import { Calls } from './calls.ts';
import { Refinement } from './configurations.ts';

const ok = { ret: 0 };

function start(setup: readonly Op[], tasks: readonly (readonly Op[])[]) {
  const made = program({}, setup, tasks);
  const refinement = new Refinement();
  const calls = new Calls(made, refinement.numberOf).all;
  const state = oracle.initial(made.topology, []);
  return { refinement, calls, initial: refinement.initial(state, 1 + tasks.length) };
}

test('a result that the machines allow goes on, another one ends it and is told apart', () => {
  const { refinement, calls, initial } = start([attach(), attach()], []);
  const begun = refinement.begin(initial, calls[0]!);
  const attached = refinement.end(begun, calls[0]!, ok, '');
  expect(attached.all.length).toBe(1);
  const again = refinement.begin(attached, calls[1]!);
  expect(refinement.end(again, calls[1]!, ok, '').all).toEqual([]);
  expect(refinement.allowed(again, 0)).toEqual([-16]);
  expect(refinement.end(again, calls[1]!, { ret: -16 }, '').all.length).toBe(1);
});

test('two calls in flight explain either order; a set is made once', () => {
  const { refinement, calls, initial } = start([attach()], [[register(0, 1)], [unregister(0, 1)]]);
  const [first, one, two] = calls as [(typeof calls)[0], (typeof calls)[0], (typeof calls)[0]];
  const ready = refinement.end(refinement.begin(initial, first), first, ok, '');
  const both = refinement.begin(refinement.begin(ready, one), two);
  expect(refinement.allowed(both, two.task)).toEqual([0, -1, -2]);
  expect(refinement.begin(refinement.begin(ready, two), one)).toBe(both);
});

test('a refusal that the machines were not told of explains nothing', () => {
  const { refinement, calls, initial } = start([attach()], []);
  const begun = refinement.begin(initial, calls[0]!);
  expect(refinement.end(begun, calls[0]!, { ret: -12 }, 'kzalloc').all).toEqual([]);
});
