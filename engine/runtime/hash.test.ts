// The lanes of a state identity tell apart what a hash of 32 bits can: also states that differ only in
// which of two cells has which value, which are the most common neighbours there are.

import { expect, test } from 'vitest';
import { fold, hashString, hashString2, hashValue, hashValue2, mix } from './hash.ts';

const count = 1 << 18;
/** Of so many random lanes, about eight pairs are equal. */
const expected = (count * (count - 1)) / 2 / 2 ** 32;

const names = Array.from({ length: count }, (_, i) => `object ${i}`);

function equalPairs(lanes: Int32Array): number {
  lanes.sort();
  let pairs = 0;
  for (let i = 1, run = 0; i < lanes.length; i++) {
    run = lanes[i] === lanes[i - 1] ? run + 1 : 0;
    pairs += run;
  }
  return pairs;
}

/** What a cell of each object adds to a digest when it goes from one value to the other. */
function differences(lane: 1 | 2, from: number, to: number): Int32Array {
  const [hash, value] = lane === 1 ? [hashString, hashValue] : [hashString2, hashValue2];
  const field = hash('count');
  return Int32Array.from(names, (name) => {
    const salt = mix(hash(name), field);
    return mix(salt, value(from)) ^ mix(salt, value(to));
  });
}

const exchanged = [
  [0, 1],
  [0, 2],
  [1, 2],
  [0, 4096],
  [0, -(2 ** 31)],
  [0.5, 1e12],
] as const;

test.each(exchanged)('two cells that exchange %d and %d are told apart by either lane', (a, b) => {
  expect(equalPairs(differences(1, a, b))).toBeLessThan(4 * expected);
  expect(equalPairs(differences(2, a, b))).toBeLessThan(4 * expected);
});

test('and the lanes do not fail together', () => {
  const [one, two] = [differences(1, 0, 1), differences(2, 0, 1)];
  const both = new Set(Array.from(one, (lane, i) => `${lane} ${two[i]}`));
  expect(both.size).toBe(count);
});

test.each(['object ', '0,1,0,1,'])('names that begin with “%s” are told apart', (begin) => {
  const lanes = Array.from({ length: count }, (_, i) => {
    const name = `${begin}${i}`;
    return `${hashString(name)} ${hashString2(name)}`;
  });
  expect(new Set(lanes).size).toBe(count);
});

test('what traces print and seeds are made of stays as it is', () => {
  const printed = ['', 'T0', 'rcu', '0,1,0'].map((name) => hashString(name) >>> 0);
  expect([...printed, fold(1, 2)]).toMatchInlineSnapshot(`
    [
      168522823,
      3371189321,
      3306894439,
      1792633194,
      1096566775,
    ]
  `);
});
