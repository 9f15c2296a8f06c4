// The generator's streams are part of what a seed means: pinned, so that old seeds keep their runs.

import { expect, test } from 'vitest';
import { derive, Rng } from './rng.ts';

const draws = (rng: Rng, count: number) => Array.from({ length: count }, () => rng.next(100));

test('a seed always gives the same numbers', () => {
  expect(draws(Rng.seeded('campaign/0'), 8).join(' ')).toMatchInlineSnapshot(
    `"39 41 76 51 7 11 9 26"`,
  );
});

test('a saved state goes on where it was taken', () => {
  const rng = Rng.seeded('a');
  draws(rng, 5);
  const state = JSON.parse(JSON.stringify(rng.save()));
  expect(draws(Rng.restored(state), 20)).toEqual(draws(rng, 20));
});

test('numbers stay in their range and reach all of it', () => {
  const rng = Rng.seeded('range');
  expect(new Set(Array.from({ length: 200 }, () => rng.next(7)))).toEqual(
    new Set([0, 1, 2, 3, 4, 5, 6]),
  );
  for (let i = 0; i < 200; i++) expect(rng.float()).toBeLessThan(1);
});

test('every run of a campaign has its own seed, whoever makes it', () => {
  const first = (index: number) => Rng.seeded(derive('campaign', index)).float();
  expect(new Set(Array.from({ length: 1000 }, (_, i) => first(i))).size).toBe(1000);
  expect(first(17)).toBe(first(17));
});
