// A lock-order circle is reported only if one run shows it, and then by decisions that show it again.

import { expect, test } from 'vitest';
import { KernelObject, Mutex, type Steps } from '../../engine/runtime/index.ts';
import { Runner } from '../../fuzz/run.ts';
import { Replay } from '../../fuzz/schedulers/replay.ts';
import { Table } from './objects.ts';
import { type Body, type Finding, searchAll, type Toy, toy, type ToyWorld } from './toy.ts';

class Node extends KernelObject {
  readonly lock = new Mutex(this, 'lock');

  get kind(): string {
    return 'node';
  }
}

function* nest(outer: Mutex, inner: Mutex): Steps {
  yield outer.lock;
  yield inner.lock;
  yield inner.unlock;
  yield outer.unlock;
}

type Build = (table: Table, world: ToyWorld) => readonly (readonly Body[])[];
const withTable = (build: Build) =>
  toy((world) => ({ main: build(world.heap.boot(Table, 'table'), world) }));

/** Keys of the circles found; every one must show when its decisions are replayed. */
function circles(subject: Toy): string[] {
  const { findings, result } = searchAll(subject);
  expect(result.complete).toBe(true);
  expect(result.violations).toBe(findings.length);
  const runner = new Runner(subject, { maxSteps: 100 });
  const isOrder = (f: Finding) => f.violation.property === 'lock-order';
  for (const { violation, decisions } of findings.filter(isOrder)) {
    const again = runner.run(new Replay(decisions, 'strict'));
    expect(again.violation).toMatchObject({ property: 'lock-order', key: violation.key });
    expect(again.steps).toBe(decisions.length);
  }
  return [...new Set(findings.filter(isOrder).map((f) => f.violation.key))].sort();
}

test('two orders in one run, one after the other, are a circle though nothing ever deadlocks', () => {
  const subject = withTable((t) => [[() => nest(t.mutex, t.inner), () => nest(t.inner, t.mutex)]]);
  expect(circles(subject)).toEqual(['table.inner, table.mutex']);
});

test('two orders by two tasks are a circle, and a deadlock of its own', () => {
  const subject = withTable((t) => [
    [() => nest(t.mutex, t.inner)],
    [() => nest(t.inner, t.mutex)],
  ]);
  expect(circles(subject)).toEqual(['table.inner, table.mutex']);
  const properties = searchAll(subject).findings.map((f) => f.violation.property);
  expect(new Set(properties)).toEqual(new Set(['deadlock', 'lock-order']));
});

test('what lies behind a circle is found too, and replays with lock order left out of account', () => {
  const forthAndBack = (t: Table) => [() => nest(t.mutex, t.inner), () => nest(t.inner, t.mutex)];
  const subject = withTable((t) => [forthAndBack(t), [() => nest(t.inner, t.mutex)]]);
  const deadlocks = searchAll(subject).findings.filter((f) => f.violation.property === 'deadlock');
  expect(deadlocks).not.toEqual([]);
  const runner = new Runner(subject, { maxSteps: 100, lockOrder: false });
  for (const { decisions } of deadlocks)
    expect(runner.run(new Replay(decisions, 'strict')).violation?.property).toBe('deadlock');
});

test('two orders in two different runs prove nothing', () => {
  const either: Build = (t, { env }) => [
    [
      function* () {
        const order = env.choose(2, 'order');
        yield order;
        yield* env.answerTo(order) === 0 ? nest(t.mutex, t.inner) : nest(t.inner, t.mutex);
      },
    ],
  ];
  expect(circles(withTable(either))).toEqual([]);
});

test('the first order may be forgotten by the state in which the second is taken', () => {
  // After its first operation the task stands where it would stand without having nested anything.
  const subject = withTable((t, { env }) => [
    [
      function* () {
        const nested = env.choose(2, 'nested');
        yield nested;
        if (env.answerTo(nested) === 1) yield* nest(t.mutex, t.inner);
      },
      () => nest(t.inner, t.mutex),
    ],
  ]);
  expect(circles(subject)).toEqual(['table.inner, table.mutex']);
});

test('a circle of three needs all three pairs', () => {
  const chain = (last: (t: Table) => Body): Build => {
    return (t) => [
      [
        () => nest(t.mutex, t.inner),
        function* () {
          yield t.inner.lock;
          yield t.sem.downWrite;
          yield t.sem.upWrite;
          yield t.inner.unlock;
        },
        last(t),
      ],
    ];
  };
  const closing = chain(
    (t) =>
      function* () {
        yield t.sem.downRead;
        yield t.mutex.lock;
        yield t.mutex.unlock;
        yield t.sem.upRead;
      },
  );
  expect(circles(withTable(closing))).toEqual(['table.inner, table.mutex, table.sem']);
  expect(circles(withTable(chain((t) => () => nest(t.mutex, t.inner))))).toEqual([]);
});

test('two locks of one class must not nest, whatever their objects', () => {
  const subject = toy(({ heap }) => {
    const [a, b] = [heap.boot(Node, 'a'), heap.boot(Node, 'b')];
    return { main: [[() => nest(a.lock, b.lock)]] };
  });
  expect(circles(subject)).toEqual(['node.lock']);
});
