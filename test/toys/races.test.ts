// What orders two accesses and what does not. Each case is judged twice: by vector clocks in random
// runs and by announced accesses in exhaustive search. Both must say the same.

import { describe, expect, test } from 'vitest';
import { DataRaces, type Steps } from '../../engine/runtime/index.ts';
import { derive, Rng } from '../../fuzz/rng.ts';
import { Runner } from '../../fuzz/run.ts';
import { RandomWalk } from '../../fuzz/schedulers/random.ts';
import { Item, Table } from './objects.ts';
import { programToy, randomProgram } from './randomProgram.ts';
import { searchAll, type Toy, toy, type ToyProgram, type ToyWorld } from './toy.ts';

type Build = (table: Table, world: ToyWorld) => ToyProgram;
const withTable = (build: Build) => toy((world) => build(world.heap.boot(Table, 'table'), world));

function* write({ count }: Table): Steps {
  yield count.write;
  count.value = 1;
}

function* read({ count }: Table): Steps {
  yield count.read;
}

function* around(lock: Steps, body: Steps, unlock: Steps): Steps {
  yield* lock;
  yield* body;
  yield* unlock;
}

const one = function* (access: Table['count']['read']): Steps {
  yield access;
};

const reading = (t: Table, body: Steps) => around(one(t.sem.downRead), body, one(t.sem.upRead));
const writing = (t: Table, body: Steps) => around(one(t.sem.downWrite), body, one(t.sem.upWrite));

function* signal(t: Table): Steps {
  yield t.ready.writeOnce;
  t.ready.value = 1;
}

const ordered: Readonly<Record<string, Build>> = {
  'two plain reads': (t) => ({ main: [[() => read(t)], [() => read(t)]] }),
  'one task alone': (t) => ({ main: [[() => write(t), () => read(t)]] }),
  'setup before main before exit': (t) => ({
    setup: [() => write(t)],
    main: [[() => read(t)]],
    exit: [() => write(t)],
  }),
  'writer and reader of a rwsem': (t) => ({
    main: [[() => writing(t, write(t))], [() => reading(t, read(t))]],
  }),
  'a marked store, seen by a marked load': (t) => ({
    main: [
      [() => write(t), () => signal(t)],
      [
        function* () {
          yield t.ready.readOnce;
          if (t.ready.value === 1) yield* read(t);
        },
      ],
    ],
  }),
  'a completion': (t) => ({
    main: [
      [() => write(t), () => signal(t)],
      [() => one(t.wait), () => read(t)],
    ],
  }),
  'whoever drops the last reference': (t) => {
    function* put(): Steps {
      yield t.refs.put;
      if (t.refs.wasLast) yield* write(t);
    }
    const user = [() => read(t), put];
    return { setup: [() => one(t.refs.get)], main: [user, user] };
  },
  'the reader before the callback that waited for it': (t, { heap, rcu }) => ({
    setup: [() => publish(t, heap)],
    main: [
      [
        function* () {
          yield rcu.readLock;
          yield t.head.readOnce;
          const item = t.head.value;
          if (item !== null) yield item.field.read;
          yield rcu.readUnlock;
        },
      ],
      [
        function* () {
          yield t.head.exchange;
          const item = t.head.value as Item;
          t.head.value = null;
          yield rcu.call(item);
        },
      ],
    ],
  }),
};

/** An item whose callback writes it before it goes. */
class Poisoned extends Item {
  override *reclaim(): Steps {
    yield this.field.write;
    this.field.value = -1;
    yield this.free;
  }
}

function* publish(table: Table, heap: ToyWorld['heap']): Steps {
  yield table.head.writeOnce;
  table.head.value = heap.create(Poisoned);
}

const racing: Readonly<Record<string, Build>> = {
  'a plain read and a plain write': (t) => ({ main: [[() => read(t)], [() => write(t)]] }),
  'a plain write and a marked load': (t) => ({
    main: [[() => write(t)], [() => one(t.count.readOnce)]],
  }),
  'locks that are not the same': (t) => ({
    main: [
      [() => writing(t, write(t))],
      [() => around(one(t.mutex.lock), write(t), one(t.mutex.unlock))],
    ],
  }),
  'two readers of a rwsem, one of which writes': (t) => ({
    main: [[() => reading(t, write(t))], [() => reading(t, read(t))]],
  }),
  'a store after the signal': (t) => ({
    main: [
      [() => signal(t), () => write(t)],
      [() => one(t.wait), () => read(t)],
    ],
  }),
  'the writer that only counts': (t) => ({
    main: [
      [() => write(t), () => one(t.users.inc)],
      [() => one(t.users.inc), () => write(t)],
    ],
  }),
  'call_rcu does not wait for readers': (t, { heap, rcu }) => ({
    setup: [() => publish(t, heap)],
    main: [
      [
        function* () {
          yield rcu.readLock;
          yield* read(t);
          yield rcu.readUnlock;
        },
      ],
      [
        function* () {
          yield t.head.exchange;
          yield rcu.call(t.head.value as Item);
        },
        () => write(t),
      ],
    ],
  }),
};

/** Keys of the races found by clocks in random runs. */
function byClocks(subject: Toy): Set<string> {
  const runner = new Runner(subject, { maxSteps: 200, observer: new DataRaces() });
  const keys = new Set<string>();
  for (let i = 0; i < 200; i++) {
    const { violation } = runner.run(new RandomWalk(Rng.seeded(derive('races', i))));
    if (violation !== null) keys.add(`${violation.property} ${violation.key}`);
  }
  return keys;
}

function byAnnouncement(subject: Toy): Set<string> {
  const { findings } = searchAll(subject);
  return new Set(findings.map(({ violation }) => `${violation.property} ${violation.key}`));
}

describe('is ordered', () => {
  test.each(Object.keys(ordered))('%s', (name) => {
    expect(byClocks(withTable(ordered[name]!))).toEqual(new Set());
    expect(byAnnouncement(withTable(ordered[name]!))).toEqual(new Set());
  });
});

describe('races', () => {
  test.each(Object.keys(racing))('%s', (name) => {
    expect(byAnnouncement(withTable(racing[name]!))).toEqual(new Set(['data-race table.count']));
    expect(byClocks(withTable(racing[name]!))).toEqual(new Set(['data-race table.count']));
  });
});

test('a race of one run is found in that run, however far apart the two accesses are', () => {
  const subject = withTable((t) => ({
    main: [[() => write(t)], [() => one(t.users.inc), () => one(t.users.inc), () => read(t)]],
  }));
  const runner = new Runner(subject, { maxSteps: 100, observer: new DataRaces() });
  const runs = Array.from({ length: 50 }, (_, i) =>
    runner.run(new RandomWalk(Rng.seeded(derive('far', i)))),
  );
  expect(runs.map((run) => run.violation?.message)).toEqual(
    runs.map(() => 'write by T0 in operation 0 races read by T1 in operation 2 on table.count'),
  );
});

test('nothing of one run is held against the next', () => {
  const subject = withTable((t) => ({
    main: [[() => writing(t, write(t))], [() => one(t.users.inc)]],
  }));
  expect(byClocks(subject)).toEqual(new Set());
});

test('random programs without races have none by clocks', () => {
  for (let p = 0; p < 30; p++)
    expect(byClocks(programToy(randomProgram(Rng.seeded(derive('free', p)), 3, 3)))).toEqual(
      new Set(),
    );
});
