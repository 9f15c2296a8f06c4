// Random busy toys: more tasks, daemons and exits than toys.ts has, a setup that may leave work, and
// operations that wait for each other and trip in the middle.

import { Violation } from '../../engine/runtime/index.ts';
import type { Rng } from '../../fuzz/rng.ts';
import { Table } from '../toys/objects.ts';
import { type Toy, toy } from '../toys/toy.ts';
import { type BusyDaemon, busyDaemons } from './busyDaemons.ts';
import { type BusyName, busyOps, type BusyWorld } from './busyOps.ts';
import { Queue } from './queue.ts';
import { type JudgeName, judgeOf } from './toyJudges.ts';

export interface BusyText {
  readonly setup: readonly BusyName[];
  readonly tasks: readonly (readonly BusyName[])[];
  readonly exits: readonly (readonly BusyName[])[];
  readonly daemons: readonly BusyDaemon[];
  readonly refusals: number;
  readonly judged: JudgeName;
  /** At which operations a judge that looks does so: bits, for every eighth of the vocabulary each. */
  readonly looksAt: number;
  /** Tasks of the same operations may be renamed. */
  readonly alike: boolean;
}

const names = Object.keys(busyOps) as BusyName[];
const prepares: readonly BusyName[] = ['push', 'pushBoth', 'publish', 'lockT', 'outerT', 'open'];
const daemons: readonly (readonly BusyDaemon[])[] = [
  ['rcu'],
  ['rcu', 'worker'],
  ['rcu', 'worker', 'second'],
  ['freer'],
  ['rcu', 'second'],
  ['rcu', 'freer'],
];
const judged: readonly JudgeName[] = ['not', 'not', 'order', 'looks', 'intervals', 'strict'];

export function randomBusy(rng: Rng): BusyText {
  const of = <T>(list: readonly T[]) => list[rng.next(list.length)] as T;
  const pool = Array.from({ length: 1 + rng.next(5) }, () => of(names));
  const count = 2 + rng.next(3);
  const most = 5 - count;
  const task = () => Array.from({ length: 1 + rng.next(Math.min(3, most)) }, () => of(pool));
  const tasks = Array.from({ length: count }, task);
  const some = () => (rng.next(2) === 0 ? of(pool) : of(prepares));
  const setup = rng.next(3) === 0 ? Array.from({ length: 1 + rng.next(2) }, some) : [];
  const exits = of<readonly (readonly BusyName[])[]>([
    [],
    [['drop']],
    [['drop'], [of(pool)]],
    [[of(pool), 'drop']],
  ]);
  return {
    setup,
    tasks,
    exits,
    daemons: of(daemons),
    refusals: rng.next(3),
    judged: of(judged),
    looksAt: rng.next(256),
    alike: rng.next(3) !== 0,
  };
}

export function busyOf(text: BusyText): Toy {
  const made: { world?: BusyWorld } = {};
  const built = toy((base) => {
    const { heap } = base;
    const [t, u] = [heap.boot(Table, 't'), heap.boot(Table, 'u')];
    const world: BusyWorld = { ...base, t, u, q: heap.boot(Queue, 'q') };
    made.world = world;
    const bodies = (ops: readonly BusyName[]) => ops.map((name) => busyOps[name](world));
    return {
      setup: bodies(text.setup),
      main: text.tasks.map(bodies),
      exits: text.exits.map(bodies),
      daemons: Object.fromEntries(text.daemons.map((name) => [name, busyDaemons[name](world)])),
      ...(text.alike && { alike: text.tasks.map((ops) => ops.join(' ')) }),
    };
  }, text.refusals);
  const { t, u, q, rcu } = made.world as BusyWorld;
  const { executor } = built;
  const notes = judgeOf(built.heap, text.judged, {
    executor,
    idle: () => rcu.idle && q.work.stored === 0,
    // By what the operation is, so that alike tasks are looked at alike.
    looks: ({ id }, at) => {
      const name = names.indexOf(text.tasks[id]?.[at] as BusyName);
      return ((text.looksAt >> (name % 8)) & 1) === 1;
    },
    sight: () => `${t.count.stored} ${u.ready.stored} ${q.work.stored} ${t.head.stored === null}`,
    objectionable: /T1\.0<T0\.0|rest<T0\.1|T2\.0<T1\.1/,
  });
  executor.listener = notes;
  const quiescent = (): void => {
    notes?.rest();
    if (t.count.stored === 3) throw new Violation('three', 'three', 'the count is 3');
    if (u.ready.stored === 2 && t.users.stored > 0) throw new Violation('busy', 'busy', 'in use');
  };
  return { ...built, judge: { ...built.judge, quiescent } };
}
