// How much of a scope is done, by what its programs were seen to cost.

import { expect, test } from 'vitest';
import { Estimate } from './estimate.ts';
import type { ScopeJob, ScopePlan } from './plan.ts';

const job = (shape: ScopeJob['shape'], from: number, to: number): ScopeJob => ({
  plan: {} as ScopePlan,
  context: 'some',
  shape,
  from,
  to,
});

const small = job([1, 1], 0, 10);
const large = job([2, 1], 0, 10);

test('programs of a shape cost what those that were seen cost; larger ones five times as much', () => {
  const estimate = new Estimate([small, large]);
  expect(estimate.share(0)).toBe(0);
  estimate.add(small, { states: 100 });
  expect(estimate.share(0)).toBeCloseTo(100 / 600);
  estimate.add(large, { states: 300 });
  expect(estimate.share(0)).toBe(1);
});

test('what is under way counts, and is part of what was left', () => {
  const estimate = new Estimate([small, large]);
  estimate.add(small, { states: 100 });
  expect(estimate.share(250)).toBeCloseTo(350 / 600);
  // More than was thought: it cannot be over before it is.
  expect(estimate.share(1000)).toBeLessThanOrEqual(1);
});
