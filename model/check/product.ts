// Several systems side by side: an event of one interleaves with those of the others, and events of
// shared types happen in all parts that have them, at once or not at all (rendezvous). A part's moves
// are computed once and remembered: the product costs no more XState calls than its parts.
import { type Joint, ownLabels, sharedLabels } from './joint.ts';
import type { Declared, Label, Move, Rest, System } from './system.ts';

interface PartMove {
  readonly part: number;
  readonly move: Move;
}

export class ProductSystem<S> implements System<Readonly<Record<string, S>>> {
  readonly labels: readonly Label[];
  readonly roots: readonly Move[];
  readonly declared: readonly Declared[];
  private readonly names: readonly string[];
  private readonly parts: readonly System<S>[];
  private readonly joints: readonly Joint[];
  private readonly tuples: (readonly number[])[] = [];
  private readonly numbers = new Map<string, number>();

  /** @throws ModelError if a type of `shared`, or a variant of it, is not shared. */
  constructor(parts: Readonly<Record<string, System<S>>>, shared: readonly string[] = []) {
    this.names = Object.keys(parts);
    this.parts = Object.values(parts).map((part) => remembering(part));
    const { names } = this;
    const all = [
      ...this.parts.flatMap((part, i) => ownLabels(names[i] as string, part, i, shared)),
      ...shared.flatMap((type) => sharedLabels(names, this.parts, type)),
    ];
    this.labels = all.map(({ label }) => label);
    this.joints = all.map(({ joint }) => joint);
    this.roots = tuplesOf(this.parts.map((part) => part.roots)).map((row) =>
      this.joined(
        row.map((move, part) => ({ part, move })),
        [],
      ),
    );
    this.declared = this.parts.flatMap((part, i) =>
      part.declared.map((one) => ({ ...one, name: `${names[i]}: ${one.name}` })),
    );
  }

  step(state: number, label: number): Move | null {
    const tuple = this.tuples[state] as readonly number[];
    const moves: PartMove[] = [];
    for (const { part, label: own } of this.joints[label] as Joint) {
      const move = (this.parts[part] as System<S>).step(tuple[part] as number, own);
      if (move === null) return null;
      moves.push({ part, move });
    }
    return this.joined(moves, tuple);
  }

  snapshot(state: number): Readonly<Record<string, S>> {
    return Object.fromEntries(this.each(state, (part, own) => part.snapshot(own)));
  }

  text(state: number): string {
    return this.each(state, (part, own) => part.text(own))
      .map(([name, text]) => `${name}: ${text}`)
      .join(' ∥ ');
  }

  /** Final if all parts are. */
  rest(state: number): Rest {
    const rests = this.each(state, (part, own) => part.rest(own)).map(([, rest]) => rest);
    if (rests.includes('error')) return 'error';
    return rests.every((rest) => rest === 'final') ? 'final' : 'no event is handled';
  }

  private each<T>(state: number, look: (part: System<S>, own: number) => T): [string, T][] {
    const tuple = this.tuples[state] as readonly number[];
    return this.parts.map((part, i) => [this.names[i] as string, look(part, tuple[i] as number)]);
  }

  private joined(moves: readonly PartMove[], before: readonly number[]): Move {
    const tuple = [...before];
    for (const { part, move } of moves) tuple[part] = move.to;
    const to = this.intern(tuple);
    // Most steps are of one part: its lists will do.
    if (moves.length === 1) {
      const { actions, uses } = (moves[0] as PartMove).move;
      return { to, actions, uses };
    }
    return {
      to,
      actions: moves.flatMap(({ move }) => move.actions),
      uses: moves.flatMap(({ move }) => move.uses),
    };
  }

  private intern(tuple: readonly number[]): number {
    const key = tuple.join();
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.tuples.length);
    return this.tuples.push(tuple) - 1;
  }
}

/** Every choice of one from each list. */
const tuplesOf = <T>(lists: readonly (readonly T[])[]) =>
  lists.reduce<T[][]>(
    (rows, list) => rows.flatMap((row) => list.map((one) => [...row, one])),
    [[]],
  );

function remembering<S>(system: System<S>): System<S> {
  const known: (Move | null)[][] = [];
  return {
    labels: system.labels,
    roots: system.roots,
    declared: system.declared,
    step(state, label) {
      const row = (known[state] ??= []);
      const move = row[label];
      return move === undefined ? (row[label] = system.step(state, label)) : move;
    },
    snapshot: (state) => system.snapshot(state),
    text: (state) => system.text(state),
    rest: (state) => system.rest(state),
  };
}
