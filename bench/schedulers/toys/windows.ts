// Readers that look at the wrong moments: a seqlock whose writer announces itself too late, a length
// that is fetched twice, windows within windows.

import { bugOn, type Steps } from '../../../engine/runtime/index.ts';
import { type Toy, toy } from '../../../test/toys/toy.ts';
import { count, load, numbers, store } from './parts.ts';

/**
 * The writer raises the sequence after its two stores only, so that a reader may see the second and not
 * the first. (The first alone is a hint that may come early.)
 */
export const tornRead = (): Toy =>
  toy(({ heap }) => {
    const n = numbers(heap);
    const [seq, x, y, stat] = [n.of('seq'), n.of('x'), n.of('y'), n.of('stat')];

    function* write(value: number): Steps {
      yield* count(stat, 4);
      yield* store(x, value);
      yield* store(y, value);
      const before = yield* load(seq);
      yield* store(seq, before + 2);
    }
    function* read(): Steps {
      yield* count(stat, 2);
      const before = yield* load(seq);
      const [a, b] = [yield* load(x), yield* load(y)];
      const after = yield* load(seq);
      bugOn(before === after && a < b, 'a torn read is accepted');
    }
    return {
      main: [
        [() => write(1), () => write(2)],
        [read, read],
        [() => count(stat, 6), () => count(stat, 6)],
      ],
    };
  });

/** A length is checked, fetched again for the copy, and checked afterwards: it was right both times. */
export const doubleFetch = (): Toy =>
  toy(({ heap }) => {
    const n = numbers(heap);
    const [length, stat] = [n.of('length'), n.of('stat')];

    function* copy(): Steps {
      yield* count(stat, 4);
      const checked = yield* load(length);
      if (checked > 4) return;
      yield* count(stat, 1);
      const copied = yield* load(length);
      const after = yield* load(length);
      bugOn(after === checked && copied > 4, 'a copy is too long');
    }
    function* change(): Steps {
      yield* count(stat, 6);
      yield* store(length, 9);
      yield* count(stat, 1);
      yield* store(length, 0);
    }
    return { main: [[copy], [change], [() => count(stat, 8)]] };
  });

/** Each task opens its window inside the one before; the last one must not see all of them open. */
const nested = (levels: number): Toy =>
  toy(({ heap }) => {
    const n = numbers(heap);
    const stat = n.of('stat');
    const open = (level: number) => n.of(`open[${level}]`);

    function* window(level: number): Steps {
      yield* count(stat, 3);
      if (level > 0 && (yield* load(open(level - 1))) === 0) return;
      yield* store(open(level), 1);
      yield* count(stat, 1);
      yield* store(open(level), 0);
    }
    function* look(): Steps {
      yield* count(stat, 3);
      for (let level = levels - 1; level >= 0; level--)
        if ((yield* load(open(level))) === 0) return;
      bugOn(true, 'all windows are open');
    }
    const windows = Array.from({ length: levels }, (_, level) => [() => window(level)]);
    return { main: [...windows, [look]] };
  });

export const twoWindows = () => nested(2);
export const threeWindows = () => nested(3);
