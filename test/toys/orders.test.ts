// Schedulers that look at what commutes: POS and the guided one, on models in which that matters.

import { describe, expect, test } from 'vitest';
import { schedulerNames } from '../../fuzz/campaign.ts';
import { derive } from '../../fuzz/rng.ts';
import { Runner } from '../../fuzz/run.ts';
import { Schedules } from '../../fuzz/schedules.ts';
import { dependent } from '../../engine/runtime/index.ts';
import { Guided } from '../../fuzz/schedulers/guided.ts';
import { Orders } from '../../fuzz/schedulers/orders.ts';
import { Pos } from '../../fuzz/schedulers/pos.ts';
import { allRuns, conflicting, independent, made, sample, word } from './interleavings.ts';
import { Item, Table } from './objects.ts';
import { toy } from './toy.ts';

test('what commutes', () => {
  toy(({ heap, rcu }) => {
    const [a, b] = [heap.boot(Table, 'a'), heap.boot(Table, 'b')];
    const item = heap.boot(Item, 'item');
    const [read, write] = [a.count.readOnce, a.count.writeOnce];
    expect(dependent(read, read)).toBe(false);
    expect(dependent(read, write)).toBe(true);
    expect(dependent(write, write)).toBe(true);
    expect(dependent(write, a.users.inc)).toBe(false);
    expect(dependent(write, b.count.writeOnce)).toBe(false);
    expect(dependent(a.mutex.lock, a.mutex.lock)).toBe(true);
    expect(dependent(a.sem.downRead, a.sem.downRead)).toBe(false);
    expect(dependent(a.sem.downRead, a.sem.downWrite)).toBe(true);
    expect(dependent(rcu.readLock, rcu.readUnlock)).toBe(false);
    expect(dependent(rcu.readLock, rcu.call(item))).toBe(true);
    expect(dependent(item.free, item.field.readOnce)).toBe(true);
    expect(dependent(item.free, read)).toBe(false);
    expect(dependent(a.wait, a.ready.writeOnce)).toBe(true);
    return { main: [] };
  });
});

describe.each([
  [2, 3],
  [3, 2],
])('%i tasks of %i steps on one cell', (n, k) => {
  const model = conflicting(n, k);
  const legal = allRuns(model.executor);

  test('pos makes all of their runs, and no others', () => {
    expect(sample(model, 2000, (rng) => new Pos(rng))).toEqual(legal);
  });

  test('guided does, and goes on doing so when it knows all orders', () => {
    const orders = new Orders();
    const make = () => sample(model, 4000, (rng) => new Guided(rng, orders));
    expect(make()).toEqual(legal);
    // Each access is one place, however often it is made: one for each task.
    expect(orders.all.length).toBe(n * (n - 1));
    expect(make()).toEqual(legal);
  });
});

test('pos: a step that lost draws again only if it does not commute with the one performed', () => {
  // One step after four of another task. Alone it keeps the priority it lost with: last of five, 1/5.
  // With new ones each time it loses four even games: 1/16.
  const last = (model: ReturnType<typeof independent>) =>
    made(model, 4000, (rng) => new Pos(rng)).filter((run) => run.startsWith('0 0 0 0')).length;
  const [kept, drawn] = [last(independent(2, 4)), last(conflicting(2, 4))];
  expect(kept).toBeGreaterThan(700);
  expect(kept).toBeLessThan(900);
  expect(drawn).toBeGreaterThan(200);
  expect(drawn).toBeLessThan(300);
});

/** T0 writes at its last step what T1 reads at its first. */
const lateWrite = () =>
  toy(({ heap, env }) => {
    const { count } = heap.boot(Table, 'table');
    function* write() {
      for (let i = 0; i < 6; i++) yield env.local;
      yield count.writeOnce;
      count.value = 1;
    }
    function* read() {
      yield count.readOnce;
      for (let i = 0; i < 6; i++) yield env.local;
    }
    return { main: [[write], [read]] };
  });

test('guided: an order that is rare by itself is made as often as it is asked for', () => {
  const model = lateWrite();
  const rare = (run: string) => run.startsWith('0 0 0 0 0 0 0');
  const orders = new Orders();
  const guided = made(model, 1000, (rng) => new Guided(rng, orders)).filter(rare).length;
  const pos = made(model, 1000, (rng) => new Pos(rng)).filter(rare).length;
  expect(orders.all.length).toBe(2);
  expect(pos).toBeLessThan(200);
  expect(guided).toBeGreaterThan(400);
});

test('guided: tasks that wait for each other’s places go on', () => {
  const model = conflicting(2, 1);
  const orders = new Orders();
  sample(model, 10, (rng) => new Guided(rng, orders));
  // Both orders of the only pair are drawn together again and again, and no run hangs.
  expect(sample(model, 200, (rng) => new Guided(rng, orders)).size).toBe(2);
});

test.each(schedulerNames)('%s: equal seeds make equal runs, whatever was learnt before', (name) => {
  const { executor, judge } = conflicting(3, 3);
  const runner = new Runner({ executor, judge }, { maxSteps: 100 });
  const batch = () => {
    const schedules = new Schedules(name);
    return Array.from({ length: 64 }, (_, i) =>
      word(runner.run(schedules.next(derive('batch', i))).decisions),
    );
  };
  const first = batch();
  expect(new Set(first).size).toBeGreaterThan(8);
  expect(batch()).toEqual(first);
});
