// Paths in the graph, as numbers, and as traces that can be shown: never stored with the states, made
// from parent pointers when a result needs one.
import type { EventObject } from 'xstate';
import { type Graph, snapshotOf } from './explore.ts';
import type { Rest } from './system.ts';

export interface Edge {
  readonly label: number;
  readonly to: number;
}

/** A run from a root: to a state, to a state where nothing more happens, or round a loop for ever. */
export interface Run {
  readonly root: number;
  readonly stem: readonly Edge[];
  /** Back to where the stem ends; empty if there is none. */
  readonly loop: readonly Edge[];
  readonly rests: boolean;
}

export interface TraceStep<S> {
  readonly event: EventObject;
  readonly eventText: string;
  readonly state: S;
  readonly stateText: string;
}

export interface Trace<S> {
  readonly initial: { readonly state: S; readonly stateText: string };
  readonly steps: readonly TraceStep<S>[];
  /** Null if the run does not go round. */
  readonly loop: readonly TraceStep<S>[] | null;
  /** Why nothing happens after the last step; null if something can. */
  readonly rest: Rest | null;
}

/** A shortest run to a state. */
export function runTo({ parent, parentLabel }: Graph<unknown>, state: number): Run {
  const stem: Edge[] = [];
  let at = state;
  for (let from = parent[at] as number; from >= 0; from = parent[at] as number) {
    stem.push({ label: parentLabel[at] as number, to: at });
    at = from;
  }
  return { root: at, stem: stem.reverse(), loop: [], rests: false };
}

export const endOf = ({ root, stem }: Run) => stem.at(-1)?.to ?? root;

/** Nothing is handled: the run is over. An edge that was cut is something. */
export const isResting = ({ edgeStart }: Graph<unknown>, state: number) =>
  edgeStart[state] === edgeStart[state + 1];

export function traceOf<S>(graph: Graph<S>, { root, stem, loop, rests }: Run): Trace<S> {
  const { system, states, labels } = graph;
  const shown = (state: number) => ({
    state: snapshotOf(graph, state),
    stateText: system.text(states[state] as number),
  });
  const steps = (edges: readonly Edge[]) =>
    edges.map(({ label, to }): TraceStep<S> => {
      const { event, text } = labels[label] as (typeof labels)[number];
      return { event, eventText: text, ...shown(to) };
    });
  const end = stem.at(-1)?.to ?? root;
  return {
    initial: shown(root),
    steps: steps(stem),
    loop: loop.length === 0 ? null : steps(loop),
    rest: rests ? system.rest(states[end] as number) : null,
  };
}
