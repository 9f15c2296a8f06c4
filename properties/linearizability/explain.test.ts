// Explanations: the fewest returns that have no order, whatever the other calls did. Each is held to
// its definition on random histories.

import { describe, expect, test } from 'vitest';
import { Rng } from '../../fuzz/rng.ts';
import { type AnySpecification, randomHistory } from '../../test/toys/histories.ts';
import { type Explanation, explain } from './explain.ts';
import { endOf, type History, prefix, unheard } from './history.ts';
import { queue } from './specifications/collections.ts';
import { counter, type CounterOp } from './specifications/counter.ts';
import type { Json } from './specifications/json.ts';
import { register, type RegisterOp } from './specifications/register.ts';
import type { Specification } from './specification.ts';
import { hasOrder, historyOf } from './testing.ts';

const bounds = { maxNodes: 100_000, maxExplainNodes: 1_000_000, maxSearches: 10_000 };
const read = { op: 'read' } as const;
const write = (value: number): RegisterOp => ({ op: 'write', value });

function explained<S, O, R>(specification: Specification<S, O, R>, history: History<O, R>) {
  const answer = explain(specification, history, bounds);
  if (answer.verdict !== 'none') throw new Error(`it has an order: ${answer.verdict}`);
  return answer.explanation;
}

const ids = <O, R>({ calls, others, ordered, last }: Explanation<O, R>) => ({
  calls: calls.map(({ id }) => id).join(' '),
  others: others.map(({ id }) => id).join(' '),
  ordered: ordered.map(([a, b]) => `${a.id}<${b.id}`).join(' '),
  last: last.id,
});

describe('what is to blame', () => {
  test('new, then old: the two reads; the write beside them needs no return', () => {
    const history = historyOf(
      ['A', 0, 9, write(1), null],
      ['B', 1, 2, read, 0],
      ['B', 3, 4, read, 1],
      ['B', 5, 6, read, 0],
      ['C', 7, 8, write(3), null],
    );
    const why = explained(register(), history);
    expect(ids(why)).toEqual({ calls: '2 3', others: '0 1', ordered: '2<3', last: '3' });
    expect(why.possible).toEqual([1]);
    expect(why.proof).toBe('smallest');
  });

  test('a value that nobody wrote: the read alone', () => {
    const history = historyOf(
      ['A', 0, 1, write(1), null],
      ['B', 2, 3, read, 7],
      ['A', 4, 5, write(2), null],
    );
    const why = explained(register(), history);
    expect(ids(why)).toEqual({ calls: '1', others: '0', ordered: '', last: '1' });
    // A write is not known to have taken effect: only its return would say so.
    expect(new Set(why.possible)).toEqual(new Set([0, 1]));
  });

  test('a lost update: both swaps, and nothing of what came before', () => {
    const swap = { op: 'cas', old: 1, new: 2 } as const;
    const history = historyOf<RegisterOp, Json>(
      ['A', 0, 1, write(1), null],
      ['A', 2, 3, read, 1],
      ['A', 4, 6, swap, true],
      ['B', 5, 7, swap, true],
    );
    expect(ids(explained(register(), history)).calls).toBe('2 3');
    const twice = [...history, ...historyOf<RegisterOp, Json>(['C', -1, 8, write(1), null])];
    expect(explain(register(), twice, bounds).verdict).toBe('order');
  });

  test('Herlihy and Wing’s q2', () => {
    const history = historyOf(
      ['A', 0, 1, { op: 'enqueue', value: 'x' } as const, null],
      ['B', 2, 3, { op: 'enqueue', value: 'y' } as const, null],
      ['A', 4, 5, { op: 'dequeue' } as const, 'y'],
    );
    // That y went in is not needed: it came out.
    expect(ids(explained(queue(), history))).toEqual({
      calls: '0 2',
      others: '1',
      ordered: '0<2',
      last: '2',
    });
  });
});

test('the furthest attempt is an order of some of the calls', () => {
  const history = historyOf(
    ['A', 0, 9, write(1), null],
    ['B', 1, 2, read, 1],
    ['B', 3, 4, read, 0],
  );
  const { furthest } = explained(register(), history);
  expect(furthest.map(({ call }) => call.id)).toEqual(['0', '1']);
});

test('with no searches to spare it is 1-minimal, and does not claim more', () => {
  const history = historyOf(
    ['A', 0, 1, write(1), null],
    ['B', 2, 3, read, 0],
    ['B', 4, 5, read, 1],
  );
  const answer = explain(register(), history, { ...bounds, maxSearches: 0 });
  expect(answer.verdict === 'none' && answer.explanation.proof).toBe('minimal');
  expect(answer.verdict === 'none' && ids(answer.explanation).calls).toBe('0 1');
});

test('a long history is explained as briefly as a short one', () => {
  const adds = Array.from({ length: 400 }, (_, i) => i);
  const history = historyOf<CounterOp, number | null>(
    ...adds.map((i) => ['A', 4 * i, 4 * i + 2, { op: 'fetch_add', by: 1 }, i] as const),
    ...adds.map((i) => ['B', 4 * i + 1, 4 * i + 3, { op: 'get' }, i === 300 ? 7 : i + 1] as const),
  );
  const why = explained(counter(), history);
  // Of the first 300 the seventh is enough: it had counted to 8.
  expect(why.calls.length).toBe(2);
  expect([why.last.called, why.last.result, why.proof]).toEqual([1201, 7, 'smallest']);
});

test('where a bound is hit, it is said that fewer may do', () => {
  const history = historyOf(['A', 0, 1, write(1), null], ['B', 2, 3, read, 0]);
  const answer = explain(register(), history, { ...bounds, maxExplainNodes: 0 });
  expect(answer.verdict === 'none' && answer.explanation.proof).toBe('none');
});

test('an answer other than none is passed on', () => {
  const history = historyOf(['A', 0, 1, read, 0], ['B', 2, 3, read, 0]);
  expect(explain(register(), history, bounds)).toMatchObject({ verdict: 'order', nodes: 3 });
  expect(explain(register(), history, { ...bounds, maxNodes: 1 })).toEqual({
    verdict: 'inconclusive',
    nodes: 1,
  });
});

/** The definition, by trying every order of every set of returns. */
function holds(specification: AnySpecification, history: AnyHistory, why: AnyExplanation) {
  const before = prefix(history, endOf(why.last));
  const only = (kept: readonly string[]) =>
    before.map((call) => (kept.includes(call.id) ? call : unheard(call)));
  const lacksOrder = (kept: readonly string[]) => !hasOrder(specification, only(kept));
  const chosen = why.calls.map(({ id }) => id);
  const returned = before.filter((call) => call.returned !== null).map(({ id }) => id);
  return {
    isWitness: lacksOrder(chosen),
    isFirst: hasOrder(specification, prefix(history, endOf(why.last) - 1)),
    isMinimal: chosen.every((id) => !lacksOrder(chosen.filter((other) => other !== id))),
    isSmallest: !subsets(returned).some((s) => s.length < chosen.length && lacksOrder(s)),
  };
}

type AnyHistory = ReturnType<typeof randomHistory>['history'];
type AnyExplanation = Explanation<
  AnyHistory[number]['op'],
  NonNullable<AnyHistory[number]['result']>
>;

function subsets<T>(all: readonly T[]): T[][] {
  return all.reduce<T[][]>((sets, one) => [...sets, ...sets.map((s) => [...s, one])], [[]]);
}

test.each(['register', 'counter', 'queue', 'set'] as const)(
  'explanations of random histories of a %s are what they are said to be',
  (object) => {
    const rng = Rng.seeded(`explain ${object}`);
    let explanations = 0;
    for (let i = 0; i < 300; i++) {
      const { specification, history } = randomHistory(object, rng);
      const answer = explain(specification, history, bounds);
      if (answer.verdict !== 'none') continue;
      explanations++;
      const { explanation } = answer;
      expect(explanation.proof).toBe('smallest');
      expect([i, holds(specification, history, explanation as AnyExplanation)]).toEqual([
        i,
        { isWitness: true, isFirst: true, isMinimal: true, isSmallest: true },
      ]);
      const quick = explain(specification, history, { ...bounds, maxSearches: 0 });
      if (quick.verdict !== 'none') throw new Error('another verdict with fewer searches');
      expect(holds(specification, history, quick.explanation as AnyExplanation)).toMatchObject({
        isWitness: true,
        isMinimal: true,
      });
    }
    expect(explanations).toBeGreaterThan(50);
  },
);
