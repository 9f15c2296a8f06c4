// Keys tell apart what guards could tell apart, and nothing else.
import { createActor, createMachine } from 'xstate';
import { expect, test } from 'vitest';
import { keyOf } from './key.ts';

class Box {
  readonly n = 1;
}

const distinct: readonly unknown[] = [
  1,
  '1',
  1n,
  true,
  't',
  null,
  undefined,
  Number.NaN,
  'null',
  [],
  {},
  [1, 2],
  ['1,2'],
  [[1], 2],
  { a: 1 },
  { a: undefined },
  { a: { b: 1 } },
  { 'a:1': 1 },
  { n: 1 },
  new Box(),
  new Map([[1, 2]]),
  new Set([1, 2]),
  new Set([[1, 2]]),
  new Date(0),
  new Date(1),
  new Uint8Array([1, 2]),
  new Uint16Array([1, 2]),
];

test('different values have different keys', () => {
  const keys = distinct.map((value) => keyOf(value, 'it'));
  expect(new Set(keys).size).toBe(distinct.length);
});

test('equal values have equal keys, in whatever order an object was made', () => {
  expect(keyOf({ a: 1, b: [{ c: 2, d: 3 }] }, 'it')).toBe(
    keyOf({ b: [{ d: 3, c: 2 }], a: 1 }, 'it'),
  );
});

test('an actor is its id', () => {
  const actor = createActor(createMachine({}), { id: 'child' });
  expect(keyOf({ actor }, 'it')).toBe('{actor:@child}');
});

test('what cannot be told apart is an error that says where it is', () => {
  expect(() => keyOf({ a: [0, () => 1] }, 'context')).toThrow('context.a[1] is a function');
  expect(() => keyOf({ a: /b/ }, 'context')).toThrow('context.a is a RegExp');
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  expect(() => keyOf(cyclic, 'context')).toThrow('nested deeper than 64 levels');
});
