// Random toy programs for comparing searches: everything that steps of kernel code can do to each
// other, right and wrong. Half of them are judged while they run, as programs of the engine are.

import {
  type Birth,
  type Cell,
  type Executor,
  KernelObject,
  type Listener,
  type Mutex,
  type Rcu,
  type Steps,
  type Task,
  Violation,
} from '../../engine/runtime/index.ts';
import type { Rng } from '../../fuzz/rng.ts';
import { Item, Table } from '../toys/objects.ts';
import { type Body, type Toy, toy, type ToyWorld } from '../toys/toy.ts';

type Bench = ToyWorld & { readonly table: Table };
type Part = (bench: Bench) => Body;

function* bump(cell: Cell<number>, by = 1): Steps {
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

/** Operations by name. Some are safe in any company, some in none. */
const vocabulary = {
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
      yield table.head.exchange;
      const old = table.head.value;
      table.head.value = null;
      if (old !== null) yield rcu.call(old);
    },
  /** Frees at once what others may still look at. */
  snatch: ({ table }: Bench) =>
    function* () {
      yield table.head.exchange;
      const old = table.head.value;
      table.head.value = null;
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

export type ToyName = keyof typeof vocabulary;
const names = Object.keys(vocabulary) as ToyName[];

export interface ToyText {
  readonly tasks: readonly (readonly ToyName[])[];
  readonly refusals: number;
  readonly judged: (typeof judges)[number];
}

/**
 * Not at all; by the order in which operations end; by what is there then, too; by which operations
 * had ended before which others began, objecting to some.
 */
const judges = ['not', 'order', 'looks', 'intervals', 'strict'] as const;

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
    judged: judges[rng.next(judges.length)] as ToyText['judged'],
  };
}

/** A judge that remembers something of nothing being in flight. */
interface ToyJudge extends Listener {
  rest(): void;
}

/** Remembers in which order operations ended, and what the count was. */
class Notes extends KernelObject implements ToyJudge {
  private readonly last: Cell<string> = this.cell('last', '');
  private readonly seen: Cell<number> = this.cell('seen', 0);
  private readonly unrest: Cell<boolean> = this.cell('unrest', false);
  private readonly table: Table;
  private readonly executor: Executor;
  private readonly mayLook: boolean;
  private readonly idle: () => boolean;

  constructor(
    birth: Birth,
    table: Table,
    executor: Executor,
    mayLook: boolean,
    idle: () => boolean,
  ) {
    super(birth);
    this.table = table;
    this.executor = executor;
    this.mayLook = mayLook;
    this.idle = idle;
    this.last.renamed = (label, r) => r.label(label as string);
  }

  get kind(): string {
    return 'notes';
  }

  readonly renames = true;

  /** Nothing is in flight: remembers for good whether RCU had work left. */
  rest(): void {
    if (!this.idle()) this.executor.heap.store(this.unrest, true);
  }

  looks(task: Task, opIndex: number): boolean {
    return this.mayLook && task.phase === 'main' && opIndex === 0;
  }

  onBegin(): void {}

  onEnd(task: Task, _: unknown, opIndex: number): void {
    const { heap } = this.executor;
    heap.store(this.last, task.label);
    if (this.looks(task, opIndex)) heap.store(this.seen, this.table.count.stored);
  }
}

/** Remembers which operations had ended, and whether RCU was seen to have work, when others began. */
class Intervals extends KernelObject implements ToyJudge {
  private readonly ended: Cell<string> = this.cell('ended', '');
  private readonly before: Cell<string> = this.cell('before', '');
  private readonly executor: Executor;
  private readonly strict: boolean;
  private readonly idle: () => boolean;

  constructor(birth: Birth, executor: Executor, strict: boolean, idle: () => boolean) {
    super(birth);
    this.executor = executor;
    this.strict = strict;
    this.idle = idle;
  }

  get kind(): string {
    return 'notes';
  }

  readonly intervals = true;

  rest(): void {
    if (!this.idle()) this.note(this.ended, 'rest');
  }

  onBegin({ phase, label, node }: Task): void {
    if (phase !== 'main') return;
    for (const earlier of this.ended.stored.split(' '))
      if (earlier !== '') this.note(this.before, `${earlier}<${label}.${node.opIndex}`);
  }

  onEnd({ phase, label }: Task, _: unknown, opIndex: number): void {
    if (phase !== 'main') return;
    const name = `${label}.${opIndex}`;
    if (this.strict && /T1\.0<T0\.0|rest<T0\.1/.test(this.before.stored))
      throw new Violation('late', name, `${this.before.stored} at the end of ${name}`);
    this.note(this.ended, name);
  }

  /** Adds a word to a cell's set of words. */
  private note(cell: Cell<string>, word: string): void {
    const words = new Set(cell.stored.split(' ')).add(word);
    this.executor.heap.store(cell, [...words].sort().join(' '));
  }
}

export function toyOf({ tasks, refusals, judged }: ToyText): Toy {
  let table: Table | null = null;
  let rcu: Rcu | null = null;
  const made = toy((world) => {
    const bench = { ...world, table: world.heap.boot(Table, 'table') };
    table = bench.table;
    rcu = bench.rcu;
    return {
      main: tasks.map((ops) => ops.map((name) => vocabulary[name](bench))),
      exit: [vocabulary.drop(bench)],
      alike: tasks.map((ops) => ops.join(' ')),
    };
  }, refusals);
  const { heap, executor } = made;
  const there = table as unknown as Table;
  const idle = () => (rcu as unknown as Rcu).idle;
  const notes = judgeOf();
  executor.listener = notes;
  const quiescent = (): void => {
    notes?.rest();
    if (there.count.stored === 3) throw new Violation('three', 'three', 'the count is 3');
  };
  return { ...made, judge: { ...made.judge, quiescent } };

  function judgeOf(): ToyJudge | null {
    if (judged === 'not') return null;
    if (judged === 'order' || judged === 'looks')
      return heap.boot(Notes, 'notes', there, executor, judged === 'looks', idle);
    return heap.boot(Intervals, 'intervals', executor, judged === 'strict', idle);
  }
}
