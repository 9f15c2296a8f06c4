// What the suites over the bundled scenarios share: one search of one scenario on the reference with
// some deltas, without shrinking.

import { deltaById } from '../../engine/defects/index.ts';
import type { AnyDelta, AnyProgram, AnyRevision } from '../../engine/index.ts';
import { revisionById } from '../../engine/revisions/index.ts';
import type { EngineRef } from '../../fuzz/catalogue.ts';
import { runsOn } from '../../fuzz/engines.ts';
import { ExhaustiveSearch, type SearchResult } from '../../fuzz/explore/exhaustive.ts';
import { instantiate } from '../../fuzz/instance.ts';
import { type Scenario, scenarios } from '../../fuzz/scenarios/index.ts';
import type { Failing } from '../../shrinkers/index.ts';

/** Far above what any bundled scenario has. */
export const maxStates = 1_000_000;

export const toolVersion = '0.0.0';

export interface Searched<S> {
  readonly scenario: S;
  readonly result: SearchResult;
  /** The shortest failing run for each property and key. */
  readonly failing: readonly Failing[];
}

export function search<S extends { readonly program: AnyProgram }>(
  scenario: S,
  deltas: readonly AnyDelta[],
): Searched<S> {
  const { program } = scenario;
  const { executor, judge } = instantiate(program, deltas);
  const failing = new Map<string, Failing>();
  const result = new ExhaustiveSearch(executor, judge, {
    maxStates,
    maxDepth: 20_000,
    preemptions: Number.POSITIVE_INFINITY,
    onViolation: ({ property, key }, decisions) => {
      const id = `${property} ${key}`;
      const known = failing.get(id);
      if (known === undefined || decisions.length < known.decisions.length)
        failing.set(id, { program, decisions, property, key });
      return true;
    },
  }).run();
  return { scenario, result, failing: [...failing.values()] };
}

/** Those in which callers keep their contracts: what is found in them is the engine's fault. */
export const lawful = scenarios.filter((s) => s.callers === undefined);

export function scenariosOf(revision: string): readonly Scenario[] {
  const known = revisionById(revision);
  return known === undefined ? [] : scenarios.filter((s) => runsOn(s, engineOf(known)));
}

export function engineOf({ id, deltas }: AnyRevision): EngineRef {
  return { revision: id, deltas: deltas.map((d) => d.id) };
}

export function delta(id: string): AnyDelta {
  const found = deltaById(id);
  if (found === undefined) throw new Error(`there is no delta ${id}`);
  return found;
}
