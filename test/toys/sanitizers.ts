// For every sanitizer a program that trips it in some run, and its near twin that never does.

import {
  type Blame,
  bugOn,
  type Cell,
  deref,
  type Mutex,
  type SanitizerId,
  type Steps,
  Trip,
} from '../../engine/runtime/index.ts';
import { Item, Table } from './objects.ts';
import { type Body, type Toy, toy, type ToyProgram, type ToyWorld } from './toy.ts';

interface Bench extends ToyWorld {
  readonly table: Table;
  /** This is the program that trips, not the twin. */
  readonly bad: boolean;
}

type Pair = (bench: Bench) => ToyProgram;

/** kzalloc of an item, published as the table's head. */
function* publish({ heap, env, table }: Bench): Steps {
  yield env.local;
  const item = heap.create(Item);
  yield table.spare.writeOnce;
  table.spare.value = item;
  yield table.head.writeOnce;
  table.head.value = item;
}

function* take(table: Table): Steps<Item | null> {
  yield table.head.exchange;
  const item = table.head.value;
  table.head.value = null;
  return item;
}

function* bump(cell: Cell<number>): Steps {
  yield cell.read;
  const value = cell.value;
  yield cell.write;
  cell.value = value + 1;
}

function* inside(mutex: Mutex, body: Body): Steps {
  yield mutex.lock;
  yield* body();
  yield mutex.unlock;
}

/** A reader of the head against a task that takes it away and frees it, at once or by RCU. */
const useAfterFree: Pair = (b) => ({
  setup: [() => publish(b)],
  main: [
    [
      function* () {
        if (!b.bad) yield b.rcu.readLock;
        yield b.table.head.readOnce;
        const item = b.table.head.value;
        if (item !== null) yield item.field.readOnce;
        if (!b.bad) yield b.rcu.readUnlock;
      },
    ],
    [
      function* () {
        const item = yield* take(b.table);
        if (item !== null) yield b.bad ? item.free : b.rcu.call(item);
      },
    ],
  ],
});

const doubleFree: Pair = (b) => {
  function* drop(): Steps {
    let item: Item | null;
    if (b.bad) {
      yield b.table.head.readOnce;
      item = b.table.head.value;
      yield b.table.head.writeOnce;
      b.table.head.value = null;
    } else item = yield* take(b.table);
    if (item !== null) yield item.free;
  }
  return { setup: [() => publish(b)], main: [[drop], [drop]] };
};

const leak: Pair = (b) => ({
  main: [
    [
      function* () {
        yield b.env.local;
        const item = b.heap.create(Item);
        const more = b.env.refuse('kzalloc');
        yield more;
        if (b.env.answerTo(more) === 1 && b.bad) return;
        yield item.free;
      },
    ],
  ],
});

const dataRace: Pair = (b) => {
  const bad = () => bump(b.table.count);
  const good = () => inside(b.table.mutex, bad);
  return { main: [[good], [b.bad ? bad : good]] };
};

const lockOrder: Pair = ({ table, env, bad }) => {
  const nest = (outer: Mutex, inner: Mutex) => () =>
    inside(outer, () =>
      inside(inner, function* () {
        yield env.local;
      }),
    );
  const forth = nest(table.mutex, table.inner);
  return { main: [[forth, bad ? nest(table.inner, table.mutex) : forth]] };
};

/** Waits for a completion that is signalled under a lock, with that lock held or not. */
const deadlock: Pair = ({ table, bad }) => ({
  main: [
    [
      function* () {
        if (!bad) yield table.wait;
        yield table.mutex.lock;
        if (bad) yield table.wait;
        yield table.mutex.unlock;
      },
    ],
    [
      () =>
        inside(table.mutex, function* () {
          yield table.ready.writeOnce;
          table.ready.value = 1;
        }),
    ],
  ],
});

const selfDeadlock: Pair = ({ table, bad }) => ({
  main: [
    [
      function* () {
        yield table.mutex.lock;
        if (!bad) yield table.mutex.unlock;
        yield table.mutex.lock;
        yield table.mutex.unlock;
      },
    ],
  ],
});

const sleepInAtomic: Pair = ({ table, bad }) => ({
  main: [
    [
      function* () {
        const [outer, inner] = bad ? [table.spin, table.mutex] : [table.mutex, table.spin];
        yield outer.lock;
        yield inner.lock;
        yield inner.unlock;
        yield outer.unlock;
      },
    ],
  ],
});

const badUnlock: Pair = ({ table, bad }) => ({
  main: [
    [() => inside(table.mutex, () => bump(table.count))],
    [
      function* () {
        if (!bad) yield table.mutex.lock;
        yield table.mutex.unlock;
      },
    ],
  ],
});

const heldAtExit: Pair = ({ table, env, bad }) => ({
  main: [
    [
      function* () {
        yield table.mutex.lock;
        const pin = env.refuse('pin');
        yield pin;
        if (env.answerTo(pin) === 1 && bad) return;
        yield table.mutex.unlock;
      },
    ],
  ],
});

const underflow: Pair = ({ table, bad }) => {
  function* put(): Steps {
    yield table.refs.put;
  }
  function* get(): Steps {
    yield table.refs.get;
  }
  return { setup: bad ? [] : [get], main: [[put], [put]] };
};

const saturated: Pair = ({ table, bad }) => ({
  main: [
    [
      function* () {
        yield table.refs.put;
      },
    ],
    [
      function* () {
        yield bad ? table.refs.get : table.refs.getUnlessZero;
        if (bad || table.refs.got) yield table.refs.put;
      },
    ],
  ],
});

const nullDeref: Pair = (b) => ({
  setup: [() => publish(b)],
  main: [
    [
      function* () {
        yield b.table.head.readOnce;
        const item = b.table.head.value;
        if (item !== null || b.bad) yield deref(item, 'head').field.readOnce;
      },
    ],
    [() => take(b.table)],
  ],
  exit: [() => freeSpare(b)],
});

function* freeSpare({ table }: Bench): Steps {
  yield table.spare.readOnce;
  yield (table.spare.value as Item).free;
}

const outOfBounds: Pair = ({ table, bad }) => {
  const slots = [10, 20];
  return {
    main: [
      [
        function* () {
          yield table.users.readOnce;
          const index = bad ? table.users.value : table.users.value % slots.length;
          if (index >= slots.length)
            throw new Trip('out-of-bounds', table, `slot ${index} of ${slots.length}`);
        },
      ],
      [
        function* () {
          yield table.users.inc;
          yield table.users.inc;
        },
      ],
    ],
  };
};

const bug: Pair = ({ table, bad }) => {
  function* enter(): Steps {
    yield table.users.inc;
    yield table.users.readOnce;
    bugOn(table.users.value !== 1, 'two users');
    yield table.users.dec;
  }
  const body = bad ? enter : () => inside(table.mutex, enter);
  return { main: [[body], [body]] };
};

/** Two tasks do what their caller must keep apart, with and without a lock around it. */
const contract =
  (blame: Blame): Pair =>
  ({ table, bad }) => {
    const scopes = blame === 'caller' ? table.callers : table.engines;
    function* map(): Steps {
      yield scopes.enter('map', 0, 7);
      yield scopes.leave('map', 0, 7);
    }
    const body = bad ? map : () => inside(table.mutex, map);
    return { main: [[body], [body]] };
  };

const pairs: Readonly<Record<SanitizerId, Pair>> = {
  'use-after-free': useAfterFree,
  'double-free': doubleFree,
  leak,
  'data-race': dataRace,
  'lock-order': lockOrder,
  deadlock,
  'self-deadlock': selfDeadlock,
  'sleep-in-atomic': sleepInAtomic,
  'bad-unlock': badUnlock,
  'held-at-exit': heldAtExit,
  'refcount-underflow': underflow,
  'refcount-saturated': saturated,
  'null-deref': nullDeref,
  'out-of-bounds': outOfBounds,
  bug,
  'broken-contract': contract('caller'),
  unserialised: contract('engine'),
};

export function sanitizerToy(id: SanitizerId, bad: boolean): Toy {
  return toy((world) => {
    const table = world.heap.boot(Table, 'table');
    return pairs[id]({ ...world, table, bad });
  });
}
