// The search for an order: histories of the literature, and thousands of small random ones against a
// checker that tries every permutation.

import { describe, expect, test } from 'vitest';
import { Rng } from '../../fuzz/rng.ts';
import { randomHistory } from '../../test/toys/histories.ts';
import { linearize } from './search.ts';
import { queue } from './specifications/collections.ts';
import { counter, type CounterOp } from './specifications/counter.ts';
import { register, type RegisterOp } from './specifications/register.ts';
import type { Specification } from './specification.ts';
import { hasOrder, historyOf, isWellFormed, type Row } from './testing.ts';

const many = 100_000;
const enqueue = (value: string) => ({ op: 'enqueue', value }) as const;
const dequeue = { op: 'dequeue' } as const;
const read = { op: 'read' } as const;
const write = (value: number): RegisterOp => ({ op: 'write', value });

function verdictOf<S, O, R>(specification: Specification<S, O, R>, ...rows: Row<O, R>[]): string {
  return linearize(specification, historyOf(...rows), many).verdict;
}

describe('the queues of Herlihy and Wing (1990), figure 1', () => {
  test('q1: enqueues side by side, dequeued in the other order', () => {
    expect(
      verdictOf(
        queue(),
        ['A', 0, 2, enqueue('x'), null],
        ['B', 1, 3, enqueue('y'), null],
        ['B', 4, 6, dequeue, 'x'],
        ['A', 5, 7, dequeue, 'y'],
        ['A', 8, 9, enqueue('z'), null],
      ),
    ).toBe('order');
  });

  test('q2: x went in before y began, and y comes out first', () => {
    expect(
      verdictOf(
        queue(),
        ['A', 0, 1, enqueue('x'), null],
        ['B', 2, 3, enqueue('y'), null],
        ['A', 4, 5, dequeue, 'y'],
      ),
    ).toBe('none');
  });

  test('q3: what is dequeued may have been enqueued by a call that has not returned', () => {
    expect(verdictOf(queue(), ['A', 0, null, enqueue('x')], ['B', 1, 2, dequeue, 'x'])).toBe(
      'order',
    );
  });

  test('q4: one item is dequeued twice', () => {
    expect(
      verdictOf(
        queue(),
        ['A', 0, 2, enqueue('x'), null],
        ['B', 1, 3, enqueue('y'), null],
        ['A', 4, 6, dequeue, 'y'],
        ['C', 5, 7, dequeue, 'y'],
      ),
    ).toBe('none');
  });
});

describe('registers', () => {
  test('a read beside a write may see either', () => {
    for (const [value, verdict] of [
      [0, 'order'],
      [1, 'order'],
      [2, 'none'],
    ] as const)
      expect(verdictOf(register(), ['A', 0, 3, write(1), null], ['B', 1, 2, read, value])).toBe(
        verdict,
      );
  });

  test('new, then old: regular, not atomic', () => {
    const beside = ['A', 0, 9, write(1), null] as const;
    expect(verdictOf(register(), beside, ['B', 1, 2, read, 1], ['B', 3, 4, read, 0])).toBe('none');
    expect(verdictOf(register(), beside, ['B', 1, 2, read, 0], ['B', 3, 4, read, 1])).toBe('order');
    expect(verdictOf(register(), beside, ['B', 1, 4, read, 1], ['C', 3, 5, read, 0])).toBe('order');
  });

  test('a write that never returned is seen late, or never; not before it began', () => {
    const lost = ['A', 2, null, write(1)] as const;
    expect(verdictOf(register(), lost, ['B', 3, 4, read, 0], ['B', 5, 6, read, 1])).toBe('order');
    expect(verdictOf(register(), lost, ['B', 3, 4, read, 0])).toBe('order');
    expect(verdictOf(register(), ['B', 0, 1, read, 1], lost)).toBe('none');
  });

  test.each([
    [1, 2],
    [2, 1],
  ])('which of two lost calls is used up makes a difference (called at %i and %i)', (one, two) => {
    const swap = { op: 'cas', old: 0, new: 1 } as const;
    expect(
      verdictOf(
        register(),
        ['A', one, null, write(1)],
        ['B', two, null, swap],
        ['C', 3, 4, read, 1],
        ['C', 5, 6, write(5), null],
        ['C', 7, 8, read, 1],
      ),
    ).toBe('order');
  });

  test.each([
    [1, 2],
    [2, 1],
  ])('also where both ways share a third (called at %i and %i)', (one, two) => {
    const swap = { op: 'cas', old: 1, new: 2 } as const;
    expect(
      verdictOf(
        register(),
        ['A', 0, null, write(1)],
        ['B', one, null, swap],
        ['C', two, null, write(2)],
        ['D', 3, 4, read, 1],
        ['D', 5, 6, read, 2],
        ['D', 7, 8, write(5), null],
        ['D', 9, 10, read, 2],
      ),
    ).toBe('order');
  });

  test('two swaps of one value cannot both succeed', () => {
    const swap = { op: 'cas', old: 0, new: 1 } as const;
    expect(verdictOf(register(), ['A', 0, 2, swap, true], ['B', 1, 3, swap, true])).toBe('none');
    expect(verdictOf(register(), ['A', 0, 2, swap, true], ['B', 1, 3, swap, false])).toBe('order');
  });
});

test('a specification may leave a result open', () => {
  const coin: Specification<null, 'toss', string> = {
    initial: null,
    apply: () => ['heads', 'tails'].map((result) => ({ state: null, result })),
    key: () => '',
    explains: (a, b) => a === b,
  };
  expect(verdictOf(coin, ['A', 0, 1, 'toss', 'heads'], ['A', 2, 3, 'toss', 'tails'])).toBe('order');
  expect(verdictOf(coin, ['A', 0, 1, 'toss', 'edge'])).toBe('none');
});

test('an operation that cannot take effect where the object is waits for one that lets it', () => {
  const semaphore: Specification<number, 'up' | 'down', null> = {
    initial: 0,
    apply: (n, op) =>
      op === 'up'
        ? [{ state: n + 1, result: null }]
        : n > 0
          ? [{ state: n - 1, result: null }]
          : [],
    key: String,
    explains: () => true,
  };
  expect(verdictOf(semaphore, ['A', 0, 3, 'down', null], ['B', 1, 2, 'up', null])).toBe('order');
  expect(verdictOf(semaphore, ['A', 0, 1, 'down', null], ['B', 2, 3, 'up', null])).toBe('none');
});

test('the bound is told apart from an answer', () => {
  const rows = Array.from(
    { length: 8 },
    (_, i): Row<CounterOp, number | null> => [`T${i}`, i, 20 + i, { op: 'add', by: 2 ** i }, null],
  );
  const history = historyOf(...rows, ['R', 30, 31, { op: 'get' }, 1]);
  const full = linearize(counter(), history, many);
  // Every set of the eight, once: the state follows from the set.
  expect(full).toMatchObject({ verdict: 'none', nodes: 256 });
  expect(linearize(counter(), history, 255)).toEqual({ verdict: 'inconclusive', nodes: 255 });
});

test('an order is one: it keeps the times, and the specification gives every result', () => {
  const history = historyOf(
    ['A', 0, 5, write(1), null],
    ['B', 1, 2, read, 0],
    ['B', 3, 4, read, 1],
    ['C', 6, null, write(2)],
    ['B', 7, 8, read, 2],
  );
  const found = linearize(register(), history, many);
  expect(
    found.verdict === 'order' && found.order.map(({ call, result }) => [call.id, result]),
  ).toEqual([
    ['1', 0],
    ['0', null],
    ['2', 1],
    ['3', null],
    ['4', 2],
  ]);
});

test('ten thousand calls in a row take as many nodes', () => {
  const rows = Array.from(
    { length: 10_000 },
    (_, i) => ['A', 2 * i, 2 * i + 1, { op: 'fetch_add', by: 1 }, i] as const,
  );
  expect(linearize(counter(), historyOf(...rows), many)).toMatchObject({
    verdict: 'order',
    nodes: 10_001,
  });
});

test.each(['register', 'counter', 'queue', 'set'] as const)(
  'random histories of a %s: the verdict of trying every order',
  (object) => {
    const rng = Rng.seeded(`linearizability ${object}`);
    const counts = { order: 0, none: 0 };
    for (let i = 0; i < 1000; i++) {
      const { specification, history } = randomHistory(object, rng);
      expect(isWellFormed(history)).toBe(true);
      const { verdict } = linearize(specification, history, many);
      const expected = hasOrder(specification, history) ? 'order' : 'none';
      expect([i, history, verdict]).toEqual([i, history, expected]);
      counts[expected]++;
    }
    // Neither answer is a rare one.
    expect(Math.min(counts.order, counts.none)).toBeGreaterThan(200);
  },
);
