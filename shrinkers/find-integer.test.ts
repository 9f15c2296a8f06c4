// The bisection of values: few questions, and an answer that was accepted.

import { expect, test } from 'vitest';
import { lowest } from './find-integer.ts';

test('finds every bound, by about log2 questions', () => {
  for (let bound = 0; bound <= 64; bound++) {
    let asked = 0;
    const found = lowest(64, 0, 1, (n) => {
      asked++;
      return n >= bound;
    });
    expect(found).toBe(bound);
    expect(asked).toBeLessThanOrEqual(8);
  }
});

test('keeps to the unit, and answers the current value where nothing is accepted', () => {
  expect(lowest(0x10000, 0x1000, 0x1000, (n) => n >= 0x4800)).toBe(0x5000);
  expect(lowest(0x10000, 0x1000, 0x1000, () => false)).toBe(0x10000);
  expect(lowest(5, 7, 1, () => true)).toBe(5);
});

test('copes with addresses near 2^64', () => {
  expect(lowest(2 ** 64 - 4096, 0, 4096, (n) => n >= 2 ** 59)).toBe(2 ** 59);
});
