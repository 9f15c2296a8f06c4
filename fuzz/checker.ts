// Checks one scenario on one engine: searches it exhaustively, shrinks what fails, and says which
// deltas are to blame.

import { deltaById } from '../engine/defects/index.ts';
import type { SpaprDelta } from '../engine/index.ts';
import { type Failing, shrink, type Shrunk } from '../shrinkers/index.ts';
import type { EngineRef } from './catalogue.ts';
import { causesOf } from './causes.ts';
import type { CheckItem, Found, Verdict } from './check.ts';
import { ExhaustiveSearch } from './explore/exhaustive.ts';
import { instantiate } from './instance.ts';
import { scenarioById } from './scenarios/index.ts';
import { oracleFor } from './shrinkOracle.ts';
import { makeFinding } from './trace/index.ts';

/** Steps of one run after which it is cut off: far more than any bundled program takes. */
const maxSteps = 20_000;

export interface ItemOptions {
  readonly toolVersion: string;
  readonly maxStates: number;
  readonly onProgress?: (states: number) => void;
}

export function deltasOf(engine: EngineRef): readonly SpaprDelta[] {
  return engine.deltas.map((id) => {
    const delta = deltaById(id);
    if (delta === undefined) throw new Error(`there is no delta ${id}`);
    return delta;
  });
}

export function checkScenario(engine: EngineRef, id: string, options: ItemOptions): CheckItem {
  const scenario = scenarioById(id);
  if (scenario === undefined) throw new Error(`there is no scenario ${id}`);
  const deltas = deltasOf(engine);
  const { executor, judge } = instantiate(scenario.program, deltas);
  const failures = new Map<string, Failing>();
  const search = new ExhaustiveSearch(executor, judge, {
    maxStates: options.maxStates,
    maxDepth: maxSteps,
    preemptions: Number.POSITIVE_INFINITY,
    onViolation: ({ property, key }, decisions) => {
      const where = executor.tasks[decisions.at(-1)?.task ?? 0];
      const id = JSON.stringify([property, key, where?.label, where?.node.opIndex]);
      const known = failures.get(id);
      if (known === undefined || known.decisions.length > decisions.length)
        failures.set(id, { program: scenario.program, decisions, property, key });
      return true;
    },
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  const { states, transitions, finalStates, maxDepth, complete } = search.run();
  const found = distinctFound(
    [...failures.values()].map((f) => explain(f, engine, deltas, options.toolVersion)),
  );
  const verdict: Verdict = failures.size > 0 ? 'violated' : complete ? 'holds' : 'inconclusive';
  const bound = `not all states were seen: more than ${options.maxStates}, or a run over ${maxSteps} steps`;
  const reason = verdict === 'inconclusive' ? bound : null;
  const figures = { states, transitions, finalStates, maxDepth };
  return { engine, scenario: id, verdict, reason, found, figures };
}

/** Shrinks a failing run, finds its causes, and makes a finding of it. */
export function explain(
  failing: Failing,
  engine: EngineRef,
  deltas: readonly SpaprDelta[],
  toolVersion: string,
  seed?: Found['finding']['seed'],
): Found {
  const make = (program: Failing['program']) => instantiate(program, deltas);
  const shrunk = shrink(failing, oracleFor(make, failing));
  const small = shrunk.failing;
  const causes = causesOf(small, deltas).map((d) => d.id);
  return { finding: findingOf(shrunk, engine, make(small.program), toolVersion, seed), causes };
}

function findingOf(
  shrunk: Shrunk,
  engine: EngineRef,
  instance: ReturnType<typeof instantiate>,
  toolVersion: string,
  seed: Found['finding']['seed'],
): Found['finding'] {
  const { failing, from, dropped } = shrunk;
  const { operations, tasks, preemptions, switches } = from;
  return makeFinding({
    toolVersion,
    revision: engine.revision,
    deltas: engine.deltas,
    instance,
    decisions: failing.decisions,
    violation: { property: failing.property, key: failing.key },
    shrinking: { from: { operations, tasks, preemptions, switches }, dropped },
    ...(seed && { seed }),
  });
}

/** One for each property, key and set of causes: the first, which is as small as any. */
export function distinctFound(found: readonly Found[]): Found[] {
  const known = new Set<string>();
  return found.filter(({ finding, causes }) => {
    const id = JSON.stringify([finding.property, finding.key, causes]);
    return !known.has(id) && known.add(id);
  });
}
