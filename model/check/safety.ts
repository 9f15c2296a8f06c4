// Properties of single states and single steps: the first one against it, in the order of discovery, is at
// the end of a shortest run.
import { ModelError, reasonOf } from './errors.ts';
import { type Graph, isComplete } from './explore.ts';
import { type Outcome, unopposed, violated } from './outcome.ts';
import { type Edge, runTo } from './paths.ts';
import type { Property } from './property.ts';
import type { Label, Move, System } from './system.ts';

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

type StepProperty<S> = Extract<Property<S>, { readonly kind: 'alwaysStep' }>;

/** Looks at steps while they are explored: their actions are not kept. */
export class StepJudge<S> {
  readonly property: StepProperty<S>;
  private readonly system: System<S>;
  private bad: { readonly from: number; readonly edge: Edge } | null = null;

  constructor(property: StepProperty<S>, system: System<S>) {
    this.property = property;
    this.system = system;
  }

  /** `before` is the system's number of the state, `from` and `to` are the graph's. */
  readonly watch = (before: number, from: number, label: number, move: Move, to: number): void => {
    if (this.bad !== null) return;
    const { system } = this;
    const { event, text } = system.labels[label] as Label;
    const [earlier, later] = [system.snapshot(before), system.snapshot(move.to)];
    const step = { before: earlier, event, after: later, actions: move.actions };
    try {
      if (!this.property.holds(step)) this.bad = { from, edge: { label, to } };
    } catch (error) {
      const place = `${text} in ${system.text(before)}`;
      const why = `why: ${reasonOf(error)}`;
      throw new ModelError(`property '${this.property.name}' throws at ${place}`, why);
    }
  };

  outcome(graph: Graph<unknown>): Outcome {
    if (this.bad === null) return unopposed(graph, `all ${graph.edgeTo.length} steps`);
    const before = runTo(graph, this.bad.from);
    const run = { ...before, stem: [...before.stem, this.bad.edge] };
    return violated('the last step is not so', run);
  }
}
