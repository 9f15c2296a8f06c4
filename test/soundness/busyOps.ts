// Operations of busy toys: beside what toys.ts has, waiting for each other in every way, handing locks
// over, leaving things behind, and tripping in the middle.

import { bugOn, type Cell, type Steps } from '../../engine/runtime/index.ts';
import { Item, type Table } from '../toys/objects.ts';
import type { Body, ToyWorld } from '../toys/toy.ts';
import type { Queue } from './queue.ts';
import { type Bench, bump, toyOps } from './toys.ts';

export interface BusyWorld extends ToyWorld {
  readonly t: Table;
  readonly u: Table;
  readonly q: Queue;
}

export type Part = (world: BusyWorld) => Body;

export function* marked(cell: Cell<number>, by = 1): Steps {
  yield cell.readOnce;
  const value = cell.value;
  yield cell.writeOnce;
  cell.value = value + by;
}

/** An operation of toys.ts, on the first table. */
const onT =
  (part: (bench: Bench) => Body): Part =>
  (world) =>
    part({ ...world, table: world.t });

const locks = {
  lockT: onT(toyOps.locked),
  lockU: ({ u }) =>
    function* () {
      yield u.mutex.lock;
      yield* bump(u.count);
      yield u.mutex.unlock;
    },
  spinT: ({ t }) =>
    function* () {
      yield t.spin.lock;
      yield* marked(t.count, 2);
      yield t.spin.unlock;
    },
  handOver: ({ t, u }) =>
    function* () {
      yield t.mutex.lock;
      yield t.count.readOnce;
      const count = t.count.value;
      yield u.mutex.lock;
      yield t.mutex.unlock;
      yield* marked(u.count, count);
      yield u.mutex.unlock;
    },
  outerU: ({ t, u }) =>
    function* () {
      yield u.inner.lock;
      yield t.mutex.lock;
      yield* marked(u.ready);
      yield t.mutex.unlock;
      yield u.inner.unlock;
    },
  outerT: ({ t, u }) =>
    function* () {
      yield t.mutex.lock;
      yield u.inner.lock;
      yield* marked(u.ready);
      yield u.inner.unlock;
      yield t.mutex.unlock;
    },
  reads: onT(toyOps.reader),
  readsAndLocks: ({ t }) =>
    function* () {
      yield t.sem.downRead;
      yield t.inner.lock;
      yield* marked(t.ready);
      yield t.inner.unlock;
      yield t.sem.upRead;
    },
  writes: ({ t }) =>
    function* () {
      yield t.sem.downWrite;
      yield* marked(t.count);
      yield t.sem.upWrite;
    },
  sloppy: onT(toyOps.sloppy),
  unlocked:
    ({ u }) =>
    () =>
      bump(u.count),
  marked:
    ({ u }) =>
    () =>
      marked(u.ready),
} satisfies Record<string, Part>;

const waits = {
  push: ({ q }) =>
    function* () {
      yield q.push(1);
    },
  pushOneOf: ({ q, t }) =>
    function* () {
      yield t.count.readOnce;
      yield q.push(t.count.value > 0 ? 2 : 4);
    },
  pushBoth: ({ q, env }) =>
    function* () {
      yield env.local;
      yield q.push(4);
      yield q.push(1);
    },
  flush: ({ q, t }) =>
    function* () {
      yield t.users.inc;
      yield q.flush;
      yield t.users.dec;
    },
  openTwice: ({ q }) =>
    function* () {
      yield q.open;
      yield q.open;
    },
  open: ({ q, env }) =>
    function* () {
      yield env.local;
      yield q.open;
    },
  close: ({ q }) =>
    function* () {
      yield q.close;
    },
  pass: ({ q, t }) =>
    function* () {
      yield q.pass;
      yield t.users.inc;
    },
  token: ({ q, u }) =>
    function* () {
      yield q.down;
      yield* marked(u.count);
      yield q.up;
    },
  tryToken: ({ q, u }) =>
    function* () {
      yield q.tryDown;
      if (q.tokens.outcome === true) {
        yield* marked(u.count, 3);
        yield q.up;
      } else yield u.users.inc;
    },
  keepToken: ({ q, env }) =>
    function* () {
      yield env.local;
      yield q.down;
    },
} satisfies Record<string, Part>;

const objects = {
  publish: onT(toyOps.publish),
  publishTwice: ({ heap, env, t }) =>
    function* () {
      yield env.local;
      const item = heap.create(Item);
      yield t.spare.exchange;
      t.spare.value = item;
      yield item.field.writeOnce;
      item.field.value = 1;
      yield t.head.exchange;
      t.head.value = item;
    },
  publishLocked: ({ heap, t }) =>
    function* () {
      yield t.mutex.lock;
      const item = heap.create(Item);
      yield item.field.write;
      item.field.value = 9;
      yield t.head.exchange;
      const old = t.head.value;
      t.head.value = item;
      yield t.mutex.unlock;
      if (old !== null) yield old.free;
    },
  peekLocked: ({ t }) =>
    function* () {
      yield t.mutex.lock;
      yield t.head.readOnce;
      const item = t.head.value;
      if (item !== null) {
        yield item.field.read;
        if (item.field.value > 8) yield t.users.inc;
      }
      yield t.mutex.unlock;
    },
  peek: onT(toyOps.peek),
  peep: ({ t }) =>
    function* () {
      yield t.spare.readOnce;
      const item = t.spare.value;
      if (item === null) return;
      yield item.field.readOnce;
      if (item.field.value === 1) yield t.users.inc;
    },
  drop: onT(toyOps.drop),
  snatch: onT(toyOps.snatch),
  own: ({ heap, env, t }) =>
    function* () {
      yield env.local;
      const item = heap.create(Item);
      yield item.field.write;
      item.field.value = 3;
      yield t.users.inc;
      yield item.field.read;
      yield item.free;
    },
  chain: ({ heap, env, t }) =>
    function* () {
      yield env.local;
      const first = heap.create(Item);
      yield env.local;
      const second = heap.create(Item);
      yield second.field.write;
      second.field.value = 2;
      yield t.spare.writeOnce;
      t.spare.value = second;
      yield first.field.write;
      first.field.value = 2;
      yield t.head.writeOnce;
      t.head.value = first;
      yield first.field.writeOnce;
      first.field.value = 4;
    },
  hold: onT(toyOps.hold),
  put: ({ t }) =>
    function* () {
      yield t.refs.put;
      if (t.refs.wasLast) yield* marked(t.ready, 5);
    },
} satisfies Record<string, Part>;

const others = {
  ask: ({ env, t }) =>
    function* () {
      const device = env.choose(2, 'device');
      yield device;
      const answer = env.answerTo(device);
      const page = env.refuse('page');
      yield page;
      if (env.answerTo(page) === 1) yield* marked(t.count);
      else yield answer === 0 ? t.users.inc : t.users.dec;
    },
  refusedTwice: ({ env, u }) =>
    function* () {
      const [a, b] = [env.refuse('a'), env.refuse('b')];
      yield a;
      const first = env.answerTo(a) === 1;
      yield b;
      const second = env.answerTo(b) === 1;
      if (first && second) yield u.users.dec;
      else if (first) yield u.users.inc;
    },
  alone: onT(toyOps.first),
  exchange: ({ t }) =>
    function* () {
      yield t.users.cmpxchg(0, 1);
      if (!t.users.succeeded) return;
      yield* marked(t.ready);
      yield t.users.dec;
    },
  countDown: ({ t }) =>
    function* () {
      yield t.users.inc;
      yield t.users.decAndTest;
      if (!t.users.succeeded) return;
      yield t.count.writeOnce;
      t.count.value = 5;
    },
  local: onT(toyOps.local),
  trip: ({ env, t }) =>
    function* () {
      yield t.ready.writeOnce;
      t.ready.value = 1;
      yield env.local;
      bugOn(true, 'trip');
    },
  check: ({ t, env }) =>
    function* () {
      yield env.local;
      yield t.ready.readOnce;
      bugOn(t.ready.value === 2, 'ready is 2');
      yield t.count.readOnce;
      bugOn(t.count.value === 4, 'count is 4');
    },
  compare: ({ t, u }) =>
    function* () {
      yield u.ready.readOnce;
      const before = u.ready.value;
      yield t.ready.readOnce;
      bugOn(t.ready.value < before, 'u is ahead of t');
    },
} satisfies Record<string, Part>;

export const busyOps = { ...locks, ...waits, ...objects, ...others } satisfies Record<string, Part>;

export type BusyName = keyof typeof busyOps;
