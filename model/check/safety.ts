// Properties of single states and single steps: the first state that is against it, in the order of
// discovery, is one at the end of a shortest run.
import { ModelError, reasonOf } from './errors.ts';
import { beyond, type Graph, isComplete, snapshotOf } from './explore.ts';
import { type Outcome, unopposed, violated } from './outcome.ts';
import { runTo } from './paths.ts';
import type { Property } from './property.ts';

export function always(graph: Graph<unknown>, holds: Uint8Array): Outcome {
  const bad = holds.indexOf(0);
  if (bad < 0) return unopposed(graph, `in all ${holds.length} states`);
  return violated('it does not hold in the last state', runTo(graph, bad));
}

export function sometimes(graph: Graph<unknown>, holds: Uint8Array): Outcome {
  const witness = holds.indexOf(1);
  if (witness >= 0)
    return { verdict: 'holds', why: 'the last state is so', run: runTo(graph, witness) };
  const why = `none of ${holds.length} states is so`;
  return { verdict: isComplete(graph) ? 'violated' : 'inconclusive', why, run: null };
}

export function alwaysStep<S>(
  graph: Graph<S>,
  property: Extract<Property<S>, { readonly kind: 'alwaysStep' }>,
): Outcome {
  const { system, states, labels, edgeStart, edgeLabel, edgeTo } = graph;
  for (let from = 0; from < states.length; from++) {
    for (let edge = edgeStart[from] as number; edge < (edgeStart[from + 1] as number); edge++) {
      const label = edgeLabel[edge] as number;
      const to = edgeTo[edge] as number;
      if (to === beyond) continue;
      const { event, text } = labels[label] as (typeof labels)[number];
      const actions = system.step(states[from] as number, label)?.actions ?? [];
      const step = {
        before: snapshotOf(graph, from),
        event,
        after: snapshotOf(graph, to),
        actions,
      };
      let holds: boolean;
      try {
        holds = property.holds(step);
      } catch (error) {
        throw new ModelError(
          `property '${property.name}' throws at ${text}`,
          `why: ${reasonOf(error)}`,
        );
      }
      if (holds) continue;
      const before = runTo(graph, from);
      const run = { ...before, stem: [...before.stem, { label, to }] };
      return violated('the last step is not so', run);
    }
  }
  return unopposed(graph, `all ${edgeTo.length} steps`);
}
