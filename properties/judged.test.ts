// States judged already are known by both lanes of their digest.

import { expect, test } from 'vitest';
import { Judged } from './judged.ts';

test('a verdict is found again by both lanes, and by no other', () => {
  const judged = new Judged<string>();
  judged.set(1, 2, 'a');
  judged.set(1, 3, 'b');
  expect([judged.get(1, 2), judged.get(1, 3)]).toEqual(['a', 'b']);
  expect([judged.get(2, 1), judged.get(1, 4)]).toEqual([undefined, undefined]);
});
