// Every numbered invariant of the spec files is a property, or somebody says why it is not.

import { expect, test } from 'vitest';
import { invariants } from './invariants.ts';

test('all 80 invariants are accounted for', () => {
  expect(invariants.length).toBe(80);
  const missing = invariants.filter((i) => i.properties.length + i.reasons.length === 0);
  expect(missing.map((i) => i.invariant)).toEqual([]);
});
