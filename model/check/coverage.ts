// What a machine declares and no run ever uses: states never entered, transitions never taken. Each is an
// error of the machine or of the events it was given, unless the model lists it with a reason; and what
// is listed must really be unused.
import { ModelError } from './errors.ts';
import { type Graph, isComplete } from './explore.ts';
import type { Verdict } from './outcome.ts';
import type { Declared } from './system.ts';

/** Names as `state` and `state EVENT #place`, each with the reason why it is never used. */
export type Unused = Readonly<Record<string, string>>;

export interface Coverage {
  readonly verdict: Verdict;
  readonly states: number;
  readonly transitions: number;
  readonly neverEntered: readonly string[];
  readonly neverTaken: readonly string[];
  readonly excused: readonly { readonly name: string; readonly reason: string }[];
  /** Excused, but used. */
  readonly idleExcuses: readonly string[];
}

/** @throws ModelError if `unused` names something that is not declared. */
export function coverageOf(graph: Graph<unknown>, unused: Unused = {}): Coverage {
  const { declared } = graph.system;
  const names = new Set(declared.map(({ name }) => name));
  for (const name of Object.keys(unused)) if (!names.has(name)) throw unknown(name, declared);
  const never = declared.filter(({ use }) => !graph.used.has(use));
  const missing = (kind: Declared['kind']) =>
    never.flatMap((one) => (one.kind === kind && !(one.name in unused) ? [one.name] : []));
  const neverEntered = missing('state');
  const neverTaken = missing('transition');
  const neverUsed = new Set(never.map(({ name }) => name));
  const idleExcuses = Object.keys(unused).filter((name) => !neverUsed.has(name));
  const missed = neverEntered.length + neverTaken.length;
  const count = (kind: Declared['kind']) => declared.filter((one) => one.kind === kind).length;
  return {
    verdict:
      idleExcuses.length > 0
        ? 'violated'
        : missed === 0
          ? 'holds'
          : isComplete(graph)
            ? 'violated'
            : 'inconclusive',
    states: count('state'),
    transitions: count('transition'),
    neverEntered,
    neverTaken,
    excused: Object.entries(unused).map(([name, reason]) => ({ name, reason })),
    idleExcuses,
  };
}

const unknown = (name: string, declared: readonly Declared[]) =>
  new ModelError(
    `unused names '${name}', which the machine does not declare`,
    `declared: ${declared.map((one) => one.name).join(', ')}`,
  );
