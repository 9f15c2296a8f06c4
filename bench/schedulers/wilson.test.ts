// Wilson's interval against published values (Newcombe 1998, table I, method 3) and at its ends.

import { expect, test } from 'vitest';
import { wilson } from './wilson.ts';

test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%i of %i', (hits, runs, low, high) => {
  expect(wilson(hits, runs).low).toBeCloseTo(low, 4);
  expect(wilson(hits, runs).high).toBeCloseTo(high, 4);
});

test('all is the mirror image of nothing', () => {
  expect(wilson(20, 20).high).toBe(1);
  expect(wilson(20, 20).low).toBeCloseTo(1 - wilson(0, 20).high, 12);
});
