// The programs of a context by shape, each once up to the order of its tasks and the renaming of
// interchangeable objects. Places in the enumeration are fixed, so that a program is named by a number.

import type { AnyProgram } from '../../engine/program.ts';
import type { Shape } from '../programs.ts';
import { type Letter, type ScopeContext, vocabularyOf } from './context.ts';
import { renamingsOf } from './renaming.ts';

/** One program, by the place of each task's sequence in the list of its length. */
export interface Placed {
  readonly index: number;
  readonly tasks: readonly number[];
}

/** All sequences of one length whose operations are of one process. */
interface Sequences {
  readonly all: readonly (readonly number[])[];
  /** By renaming: where each sequence goes. */
  readonly renamed: readonly Int32Array[];
}

export class Programs {
  private readonly context: ScopeContext;
  private readonly letters: readonly Letter[];
  private readonly renamings: readonly (readonly number[])[];
  private readonly byLength = new Map<number, Sequences>();

  constructor(context: ScopeContext) {
    this.context = context;
    this.letters = vocabularyOf(context);
    this.renamings = renamingsOf(context);
  }

  /** Programs of a shape that differ in more than the order of their tasks. */
  count(shape: Shape): number {
    let count = 1;
    for (const length of new Set(shape)) {
      const equal = shape.filter((n) => n === length).length;
      const { all } = this.sequences(length);
      for (let i = 0; i < equal; i++) count = (count * (all.length + i)) / (i + 1);
    }
    return count;
  }

  /** Programs of a shape, tasks of which are told apart by their places. */
  countOrdered(shape: Shape): number {
    let ways = 1;
    shape.forEach((length, i) => {
      ways = (ways * (i + 1)) / shape.slice(0, i + 1).filter((n) => n === length).length;
    });
    return shape.reduce((n, length) => n * this.sequences(length).all.length, ways);
  }

  /**
   * Those with an index in [from, to) that no renaming makes an earlier one. Indices count all
   * {@link count} of them.
   */
  *range(shape: Shape, from = 0, to = Number.POSITIVE_INFINITY): Generator<Placed> {
    let index = 0;
    for (const tasks of this.multisets(shape)) {
      if (index >= to) return;
      if (index >= from && this.isFirst(shape, tasks)) yield { index, tasks: [...tasks] };
      index++;
    }
  }

  program(shape: Shape, { tasks }: Placed): AnyProgram {
    const { whole } = this.context;
    const made = tasks.map((place, i) => {
      const letters = this.sequence(shape[i] as number, place);
      return { process: (letters[0] as Letter).process, ops: letters.map(({ op }) => op) };
    });
    return { ...whole, tasks: made };
  }

  /** The program at an index, which {@link range} has given. */
  at(shape: Shape, index: number): AnyProgram {
    for (const placed of this.range(shape, index, index + 1)) return this.program(shape, placed);
    throw new Error(`${this.context.id} has no program ${index} of shape ${shape.join(', ')}`);
  }

  private sequence(length: number, place: number): Letter[] {
    const letters = this.sequences(length).all[place] as readonly number[];
    return letters.map((letter) => this.letters[letter] as Letter);
  }

  /** Sequences for each task; of two tasks of equal length, the first never has the later one. */
  private *multisets(shape: Shape, tasks: number[] = []): Generator<readonly number[]> {
    const i = tasks.length;
    if (i === shape.length) {
      yield tasks;
      return;
    }
    const length = shape[i] as number;
    const end = this.sequences(length).all.length;
    const first = shape[i - 1] === length ? (tasks[i - 1] as number) : 0;
    for (let place = first; place < end; place++) {
      tasks.push(place);
      yield* this.multisets(shape, tasks);
      tasks.pop();
    }
  }

  private isFirst(shape: Shape, tasks: readonly number[]): boolean {
    return this.renamings.every((_, renaming) => {
      const other = sorted(
        shape,
        tasks.map((place, i) => {
          const { renamed } = this.sequences(shape[i] as number);
          return (renamed[renaming] as Int32Array)[place] as number;
        }),
      );
      const differs = tasks.findIndex((place, i) => place !== other[i]);
      return differs < 0 || (tasks[differs] as number) < (other[differs] as number);
    });
  }

  private sequences(length: number): Sequences {
    let known = this.byLength.get(length);
    if (known === undefined) this.byLength.set(length, (known = this.makeSequences(length)));
    return known;
  }

  private makeSequences(length: number): Sequences {
    const { letters } = this;
    let all: number[][] = letters.map((_, i) => [i]);
    for (let n = 1; n < length; n++)
      all = all.flatMap((sequence) =>
        letters.flatMap(({ process }, i) =>
          process === letters[sequence[0] as number]?.process ? [[...sequence, i]] : [],
        ),
      );
    const places = new Map(all.map((sequence, i) => [sequence.join(' '), i]));
    const renamed = this.renamings.map((to) =>
      Int32Array.from(all, (s) => places.get(s.map((i) => to[i]).join(' ')) as number),
    );
    return { all, renamed };
  }
}

/** Places of tasks of equal length in ascending order. */
function sorted(shape: Shape, places: readonly number[]): number[] {
  const result = [...places];
  for (let from = 0; from < shape.length; ) {
    let to = from + 1;
    while (shape[to] === shape[from]) to++;
    if (to - from > 1) {
      const part = result.slice(from, to).sort((a, b) => a - b);
      part.forEach((place, i) => (result[from + i] = place));
    }
    from = to;
  }
  return result;
}
