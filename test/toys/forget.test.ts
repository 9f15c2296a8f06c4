// forget() merges histories, and only those that may be merged.

import { expect, test } from 'vitest';
import type { Steps } from '../../engine/runtime/index.ts';
import { forget } from '../../engine/runtime/index.ts';
import { Item, Table } from './objects.ts';
import { searchAll, toy } from './toy.ts';

const choosing = (forgets: boolean) =>
  toy(({ heap, env }) => {
    const table = heap.boot(Table, 'table');
    return {
      main: [
        [
          function* (): Steps {
            const device = env.choose(3, 'device');
            yield device;
            const mark = env.answerTo(device) === 0 ? 1 : 2;
            yield table.count.write;
            table.count.value = mark;
            if (forgets) forget('marked');
            yield env.local;
            yield env.local;
          },
        ],
      ],
    };
  });

test('histories that forgot what they read are one', () => {
  // Start, three choices made, then the choice until the end (three by two) or the mark only (two).
  expect(searchAll(choosing(false)).result.states).toBe(1 + 3 + 3 * 2 + 2);
  expect(searchAll(choosing(true)).result.states).toBe(1 + 3 + 2 * 2 + 2);
});

test('histories that have allocated differently stay apart: names of objects depend on it', () => {
  const subject = toy(({ heap, env }) => ({
    main: [
      [
        function* (): Steps {
          const early = env.choose(2, 'early');
          yield early;
          if (env.answerTo(early) === 1) heap.create(Item);
          forget('maybe allocated');
          yield env.local;
          heap.create(Item);
        },
      ],
    ],
  }));
  const left = searchAll(subject).findings.map((f) => f.violation.message);
  expect(left).toEqual(['never freed: T0.0#0:Item()', 'never freed: T0.0#0:Item(), T0.0#1:Item()']);
});

test('a name is given to one object only', () => {
  const subject = toy(({ heap, rcu }) => {
    class Twice extends Item {
      override *reclaim(): Steps {
        yield this.free;
        heap.create(Item);
      }
    }
    function* retire(): Steps {
      yield rcu.readLock;
      const item = heap.create(Twice);
      yield rcu.readUnlock;
      yield rcu.call(item);
    }
    return { main: [[retire, retire]] };
  });
  expect(() => searchAll(subject)).toThrow('rcu.0#0:Item() is allocated twice');
});
