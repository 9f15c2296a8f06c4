// Random toy programs with allocation, RCU, locks and choices, free of defects by construction: food
// for comparing two ways of executing the same thing.

import type { Steps } from '../../engine/runtime/index.ts';
import type { Rng } from '../../fuzz/rng.ts';
import { Item, Table } from './objects.ts';
import { type Body, type Toy, toy, type ToyWorld } from './toy.ts';

type Bench = ToyWorld & { readonly table: Table };

const clear = ({ rcu, table }: Bench) =>
  function* (): Steps {
    yield table.head.exchange;
    const old = table.head.value;
    table.head.value = null;
    if (old !== null) yield rcu.call(old);
  };

/** Operations by name. All that a task may do is safe in any company. */
const vocabulary = {
  publish: ({ heap, env, rcu, table }: Bench) =>
    function* (): Steps {
      const kzalloc = env.refuse('kzalloc');
      yield kzalloc;
      if (env.answerTo(kzalloc) === 1) return;
      const item = heap.create(Item);
      yield item.field.write;
      item.field.value = 7;
      yield table.mutex.lock;
      yield table.head.exchange;
      const old = table.head.value;
      table.head.value = item;
      if (old !== null) yield rcu.call(old);
      yield table.mutex.unlock;
    },
  peek: ({ rcu, table }: Bench) =>
    function* (): Steps {
      yield rcu.readLock;
      yield table.head.readOnce;
      const item = table.head.value;
      if (item !== null) yield item.field.read;
      yield rcu.readUnlock;
    },
  clear,
  count: ({ env, table }: Bench) =>
    function* (): Steps {
      const device = env.choose(3, 'device');
      yield device;
      const more = env.answerTo(device);
      yield table.sem.downWrite;
      yield table.count.read;
      const count = table.count.value;
      yield table.count.write;
      table.count.value = count + more;
      yield table.sem.upWrite;
    },
  look: ({ table }: Bench) =>
    function* (): Steps {
      yield table.sem.downRead;
      yield table.count.read;
      const even = table.count.value % 2 === 0;
      yield table.sem.upRead;
      yield table.spin.lock;
      yield even ? table.users.inc : table.users.dec;
      yield table.spin.unlock;
    },
  hold: ({ table }: Bench) =>
    function* (): Steps {
      yield table.refs.getUnlessZero;
      if (!table.refs.got) return;
      yield table.users.readOnce;
      yield table.refs.put;
    },
} satisfies Record<string, (bench: Bench) => Body>;

type Name = keyof typeof vocabulary;
const names = Object.keys(vocabulary) as Name[];

/** Operation names by task. */
export type ProgramText = readonly (readonly Name[])[];

export function randomProgram(rng: Rng, tasks: number, ops: number): ProgramText {
  const task = () =>
    Array.from({ length: 1 + rng.next(ops) }, () => names[rng.next(names.length)]!);
  return Array.from({ length: tasks }, task);
}

export function programToy(text: ProgramText): Toy {
  return toy((world) => {
    const bench = { ...world, table: world.heap.boot(Table, 'table') };
    return {
      main: text.map((ops) => ops.map((name) => vocabulary[name](bench))),
      exit: [clear(bench)],
    };
  });
}
