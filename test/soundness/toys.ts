// Random toy programs for comparing searches: everything that steps of kernel code can do to each
// other, right and wrong. Half of them are judged while they run, as programs of the engine are.

import { type Cell, type Mutex, type Steps, Violation } from '../../engine/runtime/index.ts';
import type { Rng } from '../../fuzz/rng.ts';
import { Item, Table } from '../toys/objects.ts';
import { type Body, type Toy, toy, type ToyWorld } from '../toys/toy.ts';
import { type JudgeName, judgeOf, judges } from './toyJudges.ts';

export type Bench = ToyWorld & { readonly table: Table };
type Part = (bench: Bench) => Body;

export function* bump(cell: Cell<number>, by = 1): Steps {
  yield cell.read;
  const value = cell.value;
  yield cell.write;
  cell.value = value + by;
}

function* inside(mutex: Mutex, body: Body): Steps {
  yield mutex.lock;
  yield* body();
  yield mutex.unlock;
}

/** Takes the item that is published, or null. */
export function* detach(table: Table): Steps<Item | null> {
  yield table.head.exchange;
  const item = table.head.value;
  table.head.value = null;
  return item;
}

/** Operations by name. Some are safe in any company, some in none. */
export const toyOps = {
  locked:
    ({ table }: Bench) =>
    () =>
      inside(table.mutex, () => bump(table.count)),
  unlocked:
    ({ table }: Bench) =>
    () =>
      bump(table.count),
  marked: ({ table }: Bench) =>
    function* () {
      yield table.count.readOnce;
      const value = table.count.value;
      yield table.count.writeOnce;
      table.count.value = value + 1;
    },
  inner:
    ({ table }: Bench) =>
    () =>
      inside(table.inner, () => bump(table.ready)),
  nested:
    ({ table }: Bench) =>
    () =>
      inside(table.mutex, () => inside(table.inner, () => bump(table.count, 2))),
  crossed:
    ({ table }: Bench) =>
    () =>
      inside(table.inner, () => inside(table.mutex, () => bump(table.count, 2))),
  reader: ({ table }: Bench) =>
    function* () {
      yield table.sem.downRead;
      yield table.count.readOnce;
      const even = table.count.value % 2 === 0;
      yield even ? table.users.inc : table.users.dec;
      yield table.sem.upRead;
    },
  writer: ({ table }: Bench) =>
    function* () {
      yield table.sem.downWrite;
      yield* bump(table.count);
      yield table.sem.upWrite;
    },
  /** Writes what it holds the semaphore for reading only. */
  sloppy: ({ table }: Bench) =>
    function* () {
      yield table.sem.downRead;
      yield table.ready.readOnce;
      const value = table.ready.value;
      yield table.ready.writeOnce;
      table.ready.value = value + 1;
      yield table.sem.upRead;
    },
  wait: ({ table }: Bench) =>
    function* () {
      yield table.wait;
      yield table.users.inc;
    },
  publish: ({ heap, env, rcu, table }: Bench) =>
    function* () {
      const kzalloc = env.refuse('kzalloc');
      yield kzalloc;
      if (env.answerTo(kzalloc) === 1) return;
      const item = heap.create(Item);
      yield item.field.write;
      item.field.value = 7;
      yield table.head.exchange;
      const old = table.head.value;
      table.head.value = item;
      if (old !== null) yield rcu.call(old);
    },
  /** Fills in what it has published already. */
  hasty: ({ heap, env, rcu, table }: Bench) =>
    function* () {
      yield env.local;
      const item = heap.create(Item);
      yield table.head.exchange;
      const old = table.head.value;
      table.head.value = item;
      yield item.field.writeOnce;
      item.field.value = 3;
      if (old !== null) yield rcu.call(old);
    },
  peek: ({ rcu, table }: Bench) =>
    function* () {
      yield rcu.readLock;
      yield table.head.readOnce;
      const item = table.head.value;
      if (item !== null) yield item.field.readOnce;
      yield rcu.readUnlock;
    },
  /** Looks at the item without a read-side section. */
  peep: ({ table }: Bench) =>
    function* () {
      yield table.head.readOnce;
      const item = table.head.value;
      if (item !== null) yield item.field.readOnce;
    },
  drop: ({ rcu, table }: Bench) =>
    function* () {
      const old = yield* detach(table);
      if (old !== null) yield rcu.call(old);
    },
  /** Frees at once what others may still look at. */
  snatch: ({ table }: Bench) =>
    function* () {
      const old = yield* detach(table);
      if (old !== null) yield old.free;
    },
  hold: ({ table }: Bench) =>
    function* () {
      yield table.refs.getUnlessZero;
      if (!table.refs.got) return;
      yield table.users.readOnce;
      yield table.refs.put;
    },
  ask: ({ env, table }: Bench) =>
    function* () {
      const device = env.choose(2, 'device');
      yield device;
      const answer = env.answerTo(device);
      const page = env.refuse('page');
      yield page;
      if (env.answerTo(page) === 0) yield answer === 0 ? table.users.inc : table.users.dec;
    },
  first: ({ table }: Bench) =>
    function* () {
      yield table.callers.enter('map', 0, 9);
      yield table.users.inc;
      yield table.callers.leave('map', 0, 9);
    },
  local: ({ env }: Bench) =>
    function* () {
      yield env.local;
      yield env.local;
      yield env.local;
    },
} satisfies Record<string, Part>;

export type ToyName = keyof typeof toyOps;
const names = Object.keys(toyOps) as ToyName[];

export interface ToyText {
  readonly tasks: readonly (readonly ToyName[])[];
  readonly refusals: number;
  readonly judged: JudgeName;
}

export function randomToy(rng: Rng): ToyText {
  const count = 2 + rng.next(2);
  const few = names.filter(() => rng.next(4) === 0);
  const pool = few.length === 0 ? names : few;
  const most = count === 2 ? 2 : 1 + rng.next(2);
  const task = () =>
    Array.from({ length: 1 + rng.next(most) }, () => pool[rng.next(pool.length)] as ToyName);
  return {
    tasks: Array.from({ length: count }, task),
    refusals: rng.next(3),
    judged: judges[rng.next(judges.length)] as JudgeName,
  };
}

export function toyOf({ tasks, refusals, judged }: ToyText): Toy {
  const made: { bench?: Bench } = {};
  const built = toy((world) => {
    const bench = { ...world, table: world.heap.boot(Table, 'table') };
    made.bench = bench;
    return {
      main: tasks.map((ops) => ops.map((name) => toyOps[name](bench))),
      exit: [toyOps.drop(bench)],
      alike: tasks.map((ops) => ops.join(' ')),
    };
  }, refusals);
  const { table, rcu } = made.bench as Bench;
  const { heap, executor } = built;
  const notes = judgeOf(heap, judged, {
    executor,
    idle: () => rcu.idle,
    looks: (_, opIndex) => opIndex === 0,
    sight: () => `${table.count.stored}`,
    objectionable: /T1\.0<T0\.0|rest<T0\.1/,
  });
  executor.listener = notes;
  const quiescent = (): void => {
    notes?.rest();
    if (table.count.stored === 3) throw new Violation('three', 'three', 'the count is 3');
  };
  return { ...built, judge: { ...built.judge, quiescent } };
}
