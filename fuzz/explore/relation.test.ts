// Answers about pairs of points, and their being taken back.

import { expect, test } from 'vitest';
import { Footprint } from '../../engine/runtime/footprint.ts';
import { Heap } from '../../engine/runtime/index.ts';
import { Table } from '../../test/toys/objects.ts';
import { Relation } from './relation.ts';

function two() {
  const table = new Heap().boot(Table, 'table');
  const footprint = new Footprint(0);
  const here = footprint.at(table.users.inc, [], false);
  const there = footprint.at(table.ready.readOnce, [], false);
  const later = footprint.at(table.count.write, [], false);
  let asked = 0;
  const relation = new Relation(0, (_, theirs) => {
    asked++;
    return theirs.ahead.has(later);
  });
  return { footprint, here, there, later, relation, asked: () => asked };
}

test('an answer is looked for once, and again when more lies ahead', () => {
  const { footprint, here, there, later, relation, asked } = two();
  expect(relation.asks(here, there)).toBe(false);
  expect(relation.asks(here, there)).toBe(false);
  expect(asked()).toBe(1);
  footprint.note(there, later);
  expect(relation.asks(here, there)).toBe(true);
  expect(relation.asks(here, there)).toBe(true);
  expect(asked()).toBe(2);
});

test('a no is taken back when it has become a yes, of this search only', () => {
  const { footprint, here, there, later, relation } = two();
  relation.begin();
  relation.asks(here, there);
  relation.begin();
  footprint.note(there, later);
  expect(relation.takenBack).toBe(false);
  const other = two();
  other.relation.asks(other.here, other.there);
  expect(other.relation.takenBack).toBe(false);
  other.footprint.note(other.there, other.later);
  expect(other.relation.takenBack).toBe(true);
});

test('a no that another search was given counts for the one that is given it again', () => {
  const { footprint, here, there, later, relation } = two();
  relation.begin();
  relation.asks(here, there);
  relation.begin();
  relation.asks(here, there);
  footprint.note(there, later);
  expect(relation.takenBack).toBe(true);
});
