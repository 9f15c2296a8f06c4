// One property on one graph: which kind it is, and for those that speak of whole runs, the bits of states
// that the search for a run needs.
import type { Graph } from './explore.ts';
import { type FairSet, fairSets } from './fairness.ts';
import { findRun } from './liveness.ts';
import { type Outcome, unopposed, type Verdict, violated } from './outcome.ts';
import { endOf, isResting, type Run, type Trace, traceOf } from './paths.ts';
import { truth } from './predicate.ts';
import type { Fairness, Property, PropertyKind } from './property.ts';
import { canAlways } from './release.ts';
import { always, sometimes, type StepJudge } from './safety.ts';

export interface PropertyResult<S> {
  readonly name: string;
  readonly kind: PropertyKind;
  readonly verdict: Verdict;
  readonly why: string;
  /** The fair sets that were assumed; of properties of runs only. */
  readonly fair: readonly string[];
  /** The counterexample; of `sometimes` that holds, the witness. */
  readonly trace: Trace<S> | null;
}

/** `steps` have looked at every step while the graph was explored. */
export function judge<S>(
  graph: Graph<S>,
  property: Property<S>,
  fairness: Fairness | undefined,
  steps: readonly StepJudge<S>[],
): PropertyResult<S> {
  const { name, kind } = property;
  const isOfRuns = kind === 'eventually' || kind === 'leadsTo';
  const fair = isOfRuns ? fairSets(graph.labels, property.fairness ?? fairness) : [];
  const { verdict, why, run } = outcomeOf(graph, property, fair, steps);
  const trace = run === null ? null : traceOf(graph, run);
  return { name, kind, verdict, why, fair: fair.map((set) => set.name), trace };
}

function outcomeOf<S>(
  graph: Graph<S>,
  property: Property<S>,
  fair: readonly FairSet[],
  steps: readonly StepJudge<S>[],
): Outcome {
  const { name } = property;
  switch (property.kind) {
    case 'always':
      return always(graph, truth(graph, property.holds, name));
    case 'alwaysStep':
      return (steps.find((judge) => judge.property === property) as StepJudge<S>).outcome(graph);
    case 'sometimes':
      return sometimes(graph, truth(graph, property.holds, name));
    case 'canAlways':
      return canAlways(graph, truth(graph, property.goal, name));
    case 'eventually':
      return eventually(graph, truth(graph, property.holds, name), fair);
    case 'leadsTo':
      return leadsTo(
        graph,
        truth(graph, property.from, name),
        truth(graph, property.to, name),
        fair,
      );
    default:
      return property satisfies never;
  }
}

const not = (bits: Uint8Array) => bits.map((bit) => 1 - bit);

function eventually(graph: Graph<unknown>, holds: Uint8Array, fair: readonly FairSet[]): Outcome {
  const stay = not(holds);
  const seeds = new Uint8Array(holds.length);
  for (const root of graph.roots) seeds[root] = stay[root] as number;
  const run = findRun(graph, seeds, stay, fair);
  if (run === null) return unopposed(graph, 'every run comes to such a state');
  return violated(`the run never comes to such a state: ${howItEnds(graph, run)}`, run);
}

function leadsTo(
  graph: Graph<unknown>,
  from: Uint8Array,
  to: Uint8Array,
  fair: readonly FairSet[],
): Outcome {
  const stay = not(to);
  const seeds = from.map((bit, state) => bit & (stay[state] as number));
  const run = findRun(graph, seeds, stay, fair);
  if (run !== null) return violated(`the second never follows: ${howItEnds(graph, run)}`, run);
  const vacuous = from.includes(1) ? '' : '; vacuously, as no state is the first';
  return unopposed(graph, `every run comes from the first to the second${vacuous}`);
}

const howItEnds = (graph: Graph<unknown>, run: Run) =>
  isResting(graph, endOf(run)) ? 'it stops' : 'it goes round for ever';
