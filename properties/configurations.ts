// Refinement by subset construction: all configurations (model state, progress of every operation in
// flight) that explain what was seen so far. Sets are interned and their transitions remembered, so
// that a search pays for each only once.

import { type Hashed, hashString, hashString2, type Outcome } from '../engine/runtime/index.ts';
import { type ModelState, oracle, type Pending } from '../model/index.ts';
import type { Call } from './calls.ts';

/** One way in which the machines may have got here: a state, and where each task's operation is. */
interface Configuration {
  readonly state: ModelState;
  readonly pending: readonly (Pending | null)[];
  readonly key: string;
}

function configuration(state: ModelState, pending: readonly (Pending | null)[]): Configuration {
  return { state, pending, key: `${state.key}|${pending.map((p) => p?.key ?? '-').join('|')}` };
}

/** A set of configurations that agree with the history; empty: nothing explains it. */
export class Configurations implements Hashed {
  readonly hash: number;
  readonly hash2: number;
  readonly all: readonly Configuration[];
  /** Successor sets already computed, by what was observed. */
  readonly next = new Map<string | number, Configurations>();

  constructor(key: string, all: readonly Configuration[]) {
    this.hash = hashString(key);
    this.hash2 = hashString2(key);
    this.all = all;
  }
}

export class Refinement {
  private readonly sets = new Map<string, Configurations>();

  initial(state: ModelState, tasks: number): Configurations {
    return this.intern([
      configuration(
        state,
        Array.from({ length: tasks }, () => null),
      ),
    ]);
  }

  /** A call begins. */
  begin(from: Configurations, { id, task, pending }: Call): Configurations {
    return this.remember(from, id, () =>
      from.all.map((c) => configuration(c.state, c.pending.with(task, pending))),
    );
  }

  /** A call returns `result`, having met the refusal `fault` ('' for none). */
  end(from: Configurations, { task }: Call, result: Outcome, fault: string): Configurations {
    return this.remember(from, `${task} ${resultText(result)} ${fault}`, () => {
      const ended: Configuration[] = [];
      for (const c of closure(from.all)) {
        const p = c.pending[task];
        if (
          p === null ||
          p === undefined ||
          p.done === null ||
          (p.fault ?? '') !== fault ||
          !sameResult(p.done, result)
        )
          continue;
        ended.push(configuration(c.state, c.pending.with(task, null)));
      }
      return ended;
    });
  }

  /** Nothing is in flight and the engine's state reads `text`: only what agrees remains. */
  agree(from: Configurations, text: string, read: (state: ModelState) => string): Configurations {
    return this.remember(from, text, () => from.all.filter((c) => read(c.state) === text));
  }

  /** The results that the machines would have allowed the task's operation. */
  allowed(from: Configurations, task: number): number[] {
    const rets = closure(from.all).flatMap((c) => c.pending[task]?.done?.ret ?? []);
    return [...new Set(rets)].sort((a, b) => b - a);
  }

  private remember(
    from: Configurations,
    observation: string | number,
    compute: () => readonly Configuration[],
  ): Configurations {
    let to = from.next.get(observation);
    if (to === undefined) from.next.set(observation, (to = this.intern(compute())));
    return to;
  }

  private intern(all: readonly Configuration[]): Configurations {
    const byKey = new Map(all.map((c) => [c.key, c]));
    const keys = [...byKey.keys()].sort();
    const key = keys.join('\n');
    let set = this.sets.get(key);
    if (set === undefined) {
      set = new Configurations(
        key,
        keys.map((k) => byKey.get(k) as Configuration),
      );
      this.sets.set(key, set);
    }
    return set;
  }
}

/** Everything that operations in flight can make of these configurations, step by step. */
function closure(from: readonly Configuration[]): Configuration[] {
  const seen = new Set(from.map((c) => c.key));
  const all = [...from];
  for (const c of all) {
    c.pending.forEach((p, task) => {
      if (p === null || p.done !== null) return;
      for (const { state, pending } of oracle.advance(c.state, p)) {
        const successor = configuration(state, c.pending.with(task, pending));
        if (seen.has(successor.key)) continue;
        seen.add(successor.key);
        all.push(successor);
      }
    });
  }
  return all;
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
