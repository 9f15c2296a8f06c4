// Small programs of which some search once lost something, or made something up: by what it was.

import {
  bugOn,
  hashString,
  hashString2,
  type Mutex,
  Violation,
} from '../../engine/runtime/index.ts';
import { Item, Table } from '../toys/objects.ts';
import { type Body, toy, type ToyProgram, type ToyWorld } from '../toys/toy.ts';
import { busyOf, type BusyText } from './busy.ts';
import type { Candidate } from './programs.ts';

const of = (text: string, build: (world: ToyWorld) => ToyProgram): Candidate => ({
  text,
  make: () => toy(build),
});

const nest = (outer: Mutex, inner: Mutex): Body =>
  function* () {
    yield outer.lock;
    yield inner.lock;
    yield inner.unlock;
    yield outer.unlock;
  };

/** Two states are wrong, one behind the other or before it. */
const wrongStates: Candidate = {
  text: 'a state behind one that is wrong',
  make: () => {
    const made: { table?: Table } = {};
    const built = toy(({ heap }) => {
      const table = heap.boot(Table, 'table');
      made.table = table;
      const count: Body = function* () {
        yield table.count.writeOnce;
        table.count.value = 1;
      };
      const ready: Body = function* () {
        yield table.ready.writeOnce;
        table.ready.value = 1;
      };
      return { main: [[count], [ready]] };
    });
    const { count, ready } = made.table as Table;
    const quiescent = () => {
      if (count.stored === 0) return;
      const key = ready.stored === 0 ? 'only one' : 'both';
      throw new Violation('wrong', key, key);
    };
    return { ...built, judge: { ...built.judge, quiescent } };
  },
};

/** A value that says nothing of the tasks it names. */
const strange = { hash: hashString('strange'), hash2: hashString2('strange') };

export const onceLost: readonly Candidate[] = [
  wrongStates,
  of('what others do behind a step that trips', ({ heap, env }) => {
    const { count } = heap.boot(Table, 'table');
    return {
      main: [
        [
          function* () {
            yield count.writeOnce;
            count.value = 1;
            yield env.local;
            bugOn(true, 'mine');
          },
        ],
        [
          function* () {
            yield env.local;
            yield count.readOnce;
            bugOn(count.value === 1, 'theirs');
          },
        ],
      ],
    };
  }),
  of('what others do in two steps behind a step that trips', ({ heap, env }) => {
    const { count, users } = heap.boot(Table, 'table');
    return {
      main: [
        [
          function* () {
            yield env.local;
            yield count.writeOnce;
            count.value = 1;
            yield env.local;
            bugOn(true, 'mine');
          },
        ],
        [
          function* () {
            yield users.inc;
            yield count.readOnce;
            bugOn(count.value === 1, 'theirs');
          },
        ],
      ],
    };
  }),
  of('a circle of lock orders that two parts make', ({ heap }) => {
    const [a, b] = [heap.boot(Table, 'a'), heap.boot(Table, 'b')];
    return { main: [[nest(a.mutex, a.inner)], [nest(b.inner, b.mutex)]] };
  }),
  of('a circle that the setup begins', ({ heap }) => {
    const [a, b] = [heap.boot(Table, 'a'), heap.boot(Table, 'b')];
    const apart: Body = function* () {
      yield b.users.inc;
    };
    return { setup: [nest(a.mutex, a.inner)], main: [[nest(a.inner, a.mutex)], [apart]] };
  }),
  of('a daemon with work left by the setup', ({ heap, env, rcu }) => {
    const tables = [heap.boot(Table, 'a'), heap.boot(Table, 'b')];
    const leave: Body = function* () {
      yield env.local;
      yield rcu.call(heap.create(Item));
    };
    const users = tables.map((table): Body[] => [
      function* () {
        yield table.users.inc;
      },
    ]);
    return { setup: [leave], main: users };
  }),
  of('a race of two that have not begun while a third is at rest', ({ heap }) => {
    const { count, users } = heap.boot(Table, 'table');
    const write: Body = function* () {
      yield count.write;
      count.value = 1;
    };
    const apart: Body = function* () {
      yield users.inc;
      yield users.inc;
    };
    return { main: [[write], [write], [apart, apart]] };
  }),
];

/** No run of it has a circle of lock orders; that it cannot be renamed shows in the middle. */
export const unrenamable: Candidate = of(
  'no circle, where renaming is given up in the middle',
  ({ heap, env }) => {
    const table = heap.boot(Table, 'table');
    const box = table as unknown as { spare: { writeOnce: never; value: unknown } };
    const body: Body = function* () {
      yield table.ready.exchange;
      const first = table.ready.value === 0;
      table.ready.value = 1;
      if (!first) return;
      const way = env.choose(2, 'way');
      yield way;
      const { mutex, inner } = table;
      const [outer, within] = env.answerTo(way) === 0 ? [mutex, inner] : [inner, mutex];
      yield outer.lock;
      yield within.lock;
      yield box.spare.writeOnce;
      box.spare.value = strange;
      yield within.unlock;
      yield outer.unlock;
    };
    return { main: [[body], [body]], alike: ['one', 'one'] };
  },
);

const plain: BusyText = {
  setup: [],
  tasks: [],
  exits: [],
  daemons: [],
  refusals: 0,
  judged: 'not',
  looksAt: 255,
  alike: false,
};

/** Of the stateless search: by waits, by a step that trips, by daemons. */
export const onceLostStateless: readonly BusyText[] = [
  { ...plain, tasks: [['push'], ['local']], daemons: ['worker'] },
  { ...plain, tasks: [['push'], ['marked']], daemons: ['worker'] },
  { ...plain, setup: ['push'], tasks: [['marked']], daemons: ['worker'] },
  { ...plain, tasks: [['keepToken', 'local'], ['keepToken']] },
  { ...plain, tasks: [['keepToken', 'local'], ['keepToken']], judged: 'order' },
  { ...plain, tasks: [['keepToken', 'local'], ['keepToken']], judged: 'looks' },
  { ...plain, tasks: [['keepToken'], ['keepToken'], ['trip']] },
  { ...plain, tasks: [['outerT'], ['outerU'], ['compare'], ['outerU']] },
  { ...plain, tasks: [['local']], exits: [['pushBoth']], daemons: ['worker', 'second'] },
  { ...plain, setup: ['push'], tasks: [['pushOneOf']], daemons: ['worker', 'second'] },
];

export const busyCandidate = (text: BusyText): Candidate => ({
  text: JSON.stringify(text),
  make: () => busyOf(text),
});
