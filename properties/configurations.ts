// Refinement by subset construction: all configurations (model state, progress of every operation in
// flight) that explain what was seen so far. Sets are interned and their transitions remembered, so
// that a search pays for each only once.

import {
  type Hashed,
  hashString,
  hashString2,
  type Outcome,
  type Violation,
  type Renamable,
  type Renaming,
} from '../engine/runtime/index.ts';
import { type ModelState, oracle, type Pending } from '../model/index.ts';
import { Canon, type Keyed } from './canon.ts';

/** What sets need of an operation in flight. */
export interface InFlight<D> extends Keyed {
  /** What it has returned; null: it has not. */
  readonly done: D | null;
  /** The refusal of the environment that it has met. */
  readonly fault: string | null;
}

/** An oracle as far as refinement needs it, and what it counts as the same result. */
export interface Machines<S, P, D> {
  /** Every way in which one atomic step may go. */
  advance(state: S, pending: P): readonly { readonly state: S; readonly pending: P }[];
  explains(done: D, result: Outcome): boolean;
}

/** A call to be followed: which of the program it is, whose, and how it begins. */
export interface Followed<P> {
  readonly id: number;
  readonly task: number;
  readonly pending: P;
}

/** One way in which the machines may have got here: a state, and where each task's operation is. */
interface Configuration<S, P> {
  readonly state: S;
  readonly pending: readonly (P | null)[];
  /** The same for equal ones of one refinement, and for no others. */
  readonly id: string;
}

/** The same for equal configurations of any refinement. */
function textOf(state: Keyed, pending: readonly (Keyed | null)[]): string {
  return `${state.key}|${pending.map((p) => p?.key ?? '-').join('|')}`;
}

/** A set of configurations that agree with the history; empty: nothing explains it. */
export class ConfigurationsOf<S, P> implements Hashed, Renamable {
  readonly hash: number;
  readonly hash2: number;
  readonly all: readonly Configuration<S, P>[];
  /** Successor sets already computed, by what was observed. */
  readonly next = new Map<string | number, ConfigurationsOf<S, P>>();

  constructor(key: string, all: readonly Configuration<S, P>[]) {
    this.hash = hashString(key);
    this.hash2 = hashString2(key);
    this.all = all;
  }

  /** Operations in flight are the tasks'. */
  renamed(renaming: Renaming): Pick<Hashed, 'hash' | 'hash2'> {
    const keys = this.all.map(({ state, pending }) => {
      const renamed = [...pending] as (Keyed | null)[];
      pending.forEach((p, task) => (renamed[renaming.task(task)] = p as Keyed | null));
      return textOf(state as Keyed, renamed);
    });
    const key = keys.sort().join('\n');
    return { hash: hashString(key), hash2: hashString2(key) };
  }
}

/** Nothing explains the history any more: told when all is quiet, so that others come first. */
export class Unexplained<S, P> extends ConfigurationsOf<S, P> {
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(`${violation.key} ${violation.message}`, []);
    this.violation = violation;
  }

  override renamed(): Pick<Hashed, 'hash' | 'hash2'> {
    return this;
  }
}

export class RefinementOf<S extends Keyed, P extends InFlight<D>, D> {
  private readonly machines: Machines<S, P, D>;
  private readonly sets = new Map<string, ConfigurationsOf<S, P>>();
  private readonly numbers = new Map<string, number>();
  private readonly states = new Canon<S>();
  private readonly pendings = new Canon<P>();
  private readonly steps = new Map<
    S,
    Map<P, readonly { readonly state: S; readonly pending: P }[]>
  >();

  constructor(machines: Machines<S, P, D>) {
    this.machines = machines;
  }

  /** A number for each text, to be the id of calls that may be taken for each other. */
  readonly numberOf = (text: string): number => {
    let number = this.numbers.get(text);
    if (number === undefined) this.numbers.set(text, (number = this.numbers.size));
    return number;
  };

  initial(state: S, tasks: number): ConfigurationsOf<S, P> {
    const pending = Array.from({ length: tasks }, () => null);
    return this.intern([this.configuration(this.states.of(state), pending)]);
  }

  /** A call begins. */
  begin(from: ConfigurationsOf<S, P>, { id, task, pending }: Followed<P>): ConfigurationsOf<S, P> {
    return this.remember(from, id, () => {
      const begun = this.pendings.of(pending);
      return from.all.map((c) => this.configuration(c.state, c.pending.with(task, begun)));
    });
  }

  /** A call returns `result`, having met the refusal `fault` ('' for none). */
  end(
    from: ConfigurationsOf<S, P>,
    { task }: { readonly task: number },
    result: Outcome,
    fault: string,
  ): ConfigurationsOf<S, P> {
    return this.remember(from, `${task} ${resultText(result)} ${fault}`, () => {
      const ended: Configuration<S, P>[] = [];
      for (const c of this.closure(from.all)) {
        const p = c.pending[task];
        if (
          p === null ||
          p === undefined ||
          p.done === null ||
          (p.fault ?? '') !== fault ||
          !this.machines.explains(p.done, result)
        )
          continue;
        ended.push(this.configuration(c.state, c.pending.with(task, null)));
      }
      return ended;
    });
  }

  /** Nothing is in flight, and `text` was seen: only what `agrees` with it remains. */
  keep(
    from: ConfigurationsOf<S, P>,
    text: string,
    agrees: (state: S) => boolean,
  ): ConfigurationsOf<S, P> {
    return this.remember(from, text, () => from.all.filter((c) => agrees(c.state)));
  }

  /** What the machines would have let the task's operation return. */
  results(from: ConfigurationsOf<S, P>, task: number): D[] {
    return this.closure(from.all).flatMap((c) => c.pending[task]?.done ?? []);
  }

  private remember(
    from: ConfigurationsOf<S, P>,
    observation: string | number,
    compute: () => readonly Configuration<S, P>[],
  ): ConfigurationsOf<S, P> {
    let to = from.next.get(observation);
    if (to === undefined) from.next.set(observation, (to = this.intern(compute())));
    return to;
  }

  private configuration(state: S, pending: readonly (P | null)[]): Configuration<S, P> {
    const { states, pendings } = this;
    let id = `${states.numberOf(state)}`;
    for (const p of pending) id += p === null ? ',' : `,${pendings.numberOf(p)}`;
    return { state, pending, id };
  }

  private intern(all: readonly Configuration<S, P>[]): ConfigurationsOf<S, P> {
    const byId = new Map(all.map((c) => [c.id, c]));
    const id = [...byId.keys()].sort().join(' ');
    let set = this.sets.get(id);
    if (set === undefined) {
      // Numbers depend on what was met first; what a set is called and begins with must not.
      const byText = new Map([...byId.values()].map((c) => [textOf(c.state, c.pending), c]));
      const texts = [...byText.keys()].sort();
      set = new ConfigurationsOf<S, P>(
        texts.join('\n'),
        texts.map((text) => byText.get(text) as Configuration<S, P>),
      );
      this.sets.set(id, set);
    }
    return set;
  }

  /** Everything that operations in flight can make of these configurations, step by step. */
  private closure(from: readonly Configuration<S, P>[]): Configuration<S, P>[] {
    const seen = new Set(from.map((c) => c.id));
    const all = [...from];
    for (const c of all) {
      c.pending.forEach((p, task) => {
        if (p === null || p.done !== null) return;
        for (const { state, pending } of this.stepsOf(c.state, p)) {
          const successor = this.configuration(state, c.pending.with(task, pending));
          if (seen.has(successor.id)) continue;
          seen.add(successor.id);
          all.push(successor);
        }
      });
    }
    return all;
  }

  /** Every way in which one atomic step may go. */
  private stepsOf(state: S, pending: P): readonly { readonly state: S; readonly pending: P }[] {
    let byPending = this.steps.get(state);
    if (byPending === undefined) this.steps.set(state, (byPending = new Map()));
    let steps = byPending.get(pending);
    if (steps === undefined) {
      const { states, pendings } = this;
      steps = this.machines
        .advance(state, pending)
        .map((to) => ({ state: states.of(to.state), pending: pendings.of(to.pending) }));
      byPending.set(pending, steps);
    }
    return steps;
  }
}

/** Sets of SPAPR's machines. */
export type Configurations = ConfigurationsOf<ModelState, Pending>;

export const spaprSteps: Machines<ModelState, Pending, Outcome> = {
  advance: (state, pending) => oracle.advance(state, pending),
  explains: sameResult,
};

export class Refinement extends RefinementOf<ModelState, Pending, Outcome> {
  constructor() {
    super(spaprSteps);
  }

  /** Nothing is in flight and the engine's state reads `text`: only what agrees remains. */
  agree(from: Configurations, text: string, read: (state: ModelState) => string): Configurations {
    return this.keep(from, text, (state) => read(state) === text);
  }

  /** The results that the machines would have allowed the task's operation. */
  allowed(from: Configurations, task: number): number[] {
    const rets = this.results(from, task).map(({ ret }) => ret);
    return [...new Set(rets)].sort((a, b) => b - a);
  }
}

const texts = new WeakMap<Outcome, string>();

function resultText(result: Outcome): string {
  let text = texts.get(result);
  if (text === undefined) {
    text = `${result.ret} ${result.out === undefined ? '' : JSON.stringify(result.out)}`;
    texts.set(result, text);
  }
  return text;
}

function sameResult(a: Outcome, b: Outcome): boolean {
  if (a.ret !== b.ret) return false;
  return a.ret < 0 || JSON.stringify(a.out ?? null) === JSON.stringify(b.out ?? null);
}
