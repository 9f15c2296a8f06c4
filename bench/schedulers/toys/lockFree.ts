// Lock-free code gone wrong: a free list without tags, an object that is raised from zero, Peterson's
// lock with its two stores the other way round.

import { bugOn, type Cell, type Steps } from '../../../engine/runtime/index.ts';
import { type Toy, toy } from '../../../test/toys/toy.ts';
import { compareAndSwap, count, load, numbers, store } from './parts.ts';

/**
 * ABA: T0 reads the head 1 and its successor 2; T1 takes 1, T2 takes 2 and keeps it, T1 gives 1 back.
 * T0's exchange succeeds, and 2 is on the list while it is in use.
 */
export const freeList = (): Toy =>
  toy(({ heap }) => {
    const n = numbers(heap);
    const head = n.of('head');
    const stat = n.of('stat');
    const next = (node: number) => n.of(`next[${node}]`);
    const taken = (node: number) => n.of(`taken[${node}]`);

    function* pop(): Steps<number> {
      const first = yield* load(head);
      if (first === 0) return 0;
      const second = yield* load(next(first));
      if (!(yield* compareAndSwap(head, first, second))) return 0;
      const mine = yield* compareAndSwap(taken(first), 0, 1);
      bugOn(!mine, 'a node is taken twice');
      return first;
    }
    function* push(node: number): Steps {
      yield* store(taken(node), 0);
      const first = yield* load(head);
      yield* store(next(node), first);
      yield* compareAndSwap(head, first, node);
    }
    function* fill(): Steps {
      yield* store(head, 1);
      for (let i = 1; i < 4; i++) yield* store(next(i), i + 1);
    }
    function* takeTwo(): Steps {
      yield* count(stat, 6);
      yield* pop();
      yield* count(stat, 2);
      yield* pop();
    }
    function* takeAndGiveBack(): Steps {
      yield* count(stat, 4);
      const node = yield* pop();
      yield* count(stat, 4);
      if (node !== 0) yield* push(node);
    }
    function* take(): Steps {
      yield* count(stat, 4);
      yield* pop();
      yield* count(stat, 4);
    }
    return { setup: [fill], main: [[takeTwo], [takeAndGiveBack], [take]] };
  });

/**
 * Whoever drops the last reference looks again, then frees. T0 does both and is preempted; T1 raises
 * the count from 0 and sees that nothing is freed; T0 frees; T1 uses what is freed.
 */
export const resurrection = (): Toy =>
  toy(({ heap }) => {
    const n = numbers(heap);
    const [refs, freed, stat] = [n.of('refs'), n.of('freed'), n.of('stat')];

    function* add(by: number): Steps<number> {
      yield refs.exchange;
      return (refs.value += by);
    }
    function* put(): Steps {
      if ((yield* add(-1)) !== 0) return;
      if ((yield* load(refs)) === 0) yield* store(freed, 1);
    }
    function* user(before: number): Steps {
      yield* count(stat, before);
      yield* add(1);
      if ((yield* load(freed)) === 1) return;
      yield* count(stat, 1);
      bugOn((yield* load(freed)) === 1, 'a freed object is used');
      yield* put();
    }
    function* owner(): Steps {
      yield* count(stat, 5);
      yield* put();
    }
    return {
      setup: [() => add(1)],
      main: [[owner], [() => user(3)], [() => user(6)]],
    };
  });

/** T0 gives way and is preempted before it says that it wants to enter; T1 enters; so does T0. */
export const peterson = (): Toy =>
  toy(({ heap }) => {
    const n = numbers(heap);
    const [turn, inside, stat] = [n.of('turn'), n.of('inside'), n.of('stat')];
    const flag = (who: number): Cell<number> => n.of(`flag[${who}]`);

    /** Tries to enter, and gives up where Peterson's lock would spin. */
    function* section(me: number): Steps {
      yield* count(stat, 4);
      const other = 1 - me;
      yield* store(turn, other);
      yield* store(flag(me), 1);
      const wanted = yield* load(flag(other));
      if (wanted === 0 || (yield* load(turn)) === me) {
        const alone = yield* compareAndSwap(inside, 0, 1);
        bugOn(!alone, 'two tasks are inside');
        yield* count(stat, 2);
        yield* store(inside, 0);
      }
      yield* store(flag(me), 0);
    }
    const tasks = [0, 1].map((me) => [() => section(me), () => section(me)]);
    return { main: [...tasks, [() => count(stat, 12)]] };
  });
