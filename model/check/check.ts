// A model checked: explored within its bounds, its coverage looked at, each property judged.
import { type Coverage, coverageOf } from './coverage.ts';
import { explore, type Graph, isComplete } from './explore.ts';
import { judge, type PropertyResult } from './judge.ts';
import { defaultMaxStates, type Model, systemOf } from './model.ts';
import type { Verdict } from './outcome.ts';
import { isResting } from './paths.ts';
import { StepJudge } from './safety.ts';
import type { Rest } from './system.ts';

/** A bound that was hit. */
export interface HitBound {
  readonly bound: 'boundary' | 'maxStates';
  /** Different states that were reached but not explored. */
  readonly states: number;
}

export interface ModelResult<S> {
  /** Never `holds` if a bound was hit. */
  readonly verdict: Verdict;
  readonly states: number;
  /** Steps: pairs of a state and an event that it handles. */
  readonly steps: number;
  readonly events: number;
  /** Of the furthest state, in events from an initial one. */
  readonly depth: number;
  readonly hit: readonly HitBound[];
  readonly maxStates: number;
  readonly coverage: Coverage;
  /** States in which nothing is handled. */
  readonly terminal: readonly { readonly state: string; readonly rest: Rest }[];
  readonly properties: readonly PropertyResult<S>[];
}

/**
 * Explores the model and judges its properties.
 * @throws ModelError if the model is wrong: an event that no state handles, a context that is not data,
 *   a guard that throws, a property of a state that there is not.
 */
export function checkModel<S>(model: Model<S>): ModelResult<S> {
  const maxStates = model.maxStates ?? defaultMaxStates;
  const system = systemOf(model);
  const asked = model.properties ?? [];
  const steps = asked.flatMap((property) =>
    property.kind === 'alwaysStep' ? [new StepJudge(property, system)] : [],
  );
  const bounds = { boundary: model.boundary, maxStates };
  const graph = explore(
    system,
    bounds,
    steps.map(({ watch }) => watch),
  );
  const coverage = coverageOf(graph, model.unused);
  const properties = asked.map((property) => judge(graph, property, model.fairness, steps));
  const verdicts = [coverage.verdict, ...properties.map((property) => property.verdict)];
  return {
    verdict: worst(verdicts, isComplete(graph)),
    states: graph.states.length,
    steps: graph.edgeTo.length,
    events: graph.labels.length,
    depth: graph.depth.at(-1) ?? 0,
    hit: hitBounds(graph),
    maxStates,
    coverage,
    terminal: terminalOf(graph),
    properties,
  };
}

function worst(verdicts: readonly Verdict[], complete: boolean): Verdict {
  if (verdicts.includes('violated')) return 'violated';
  return complete && !verdicts.includes('inconclusive') ? 'holds' : 'inconclusive';
}

function hitBounds({ cut }: Graph<unknown>): HitBound[] {
  const all: HitBound[] = [
    { bound: 'boundary', states: cut.byBoundary },
    { bound: 'maxStates', states: cut.byMaxStates },
  ];
  return all.filter(({ states }) => states > 0);
}

function terminalOf(graph: Graph<unknown>) {
  const { system, states } = graph;
  return [...states.keys()]
    .filter((state) => isResting(graph, state))
    .map((state) => states[state] as number)
    .map((state) => ({ state: system.text(state), rest: system.rest(state) }));
}
