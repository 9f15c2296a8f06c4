// A strongly connected component and the fair sets. Weak fairness needs no search for the right subset of
// it: if events are handled in every state of the component and taken on none of its edges, that is so on
// every loop in it; and if not, a loop through the whole component is fair. So a fair loop exists if and
// only if each fair set is refused in some of its states or taken on some of its edges.
import type { Graph } from './explore.ts';
import type { FairSet } from './fairness.ts';
import type { Edge } from './paths.ts';

export class Component {
  readonly states: readonly number[];
  readonly fair: readonly FairSet[];
  private readonly graph: Graph<unknown>;
  private readonly members: ReadonlySet<number>;

  constructor(graph: Graph<unknown>, states: readonly number[], fair: readonly FairSet[]) {
    this.graph = graph;
    this.states = states;
    this.members = new Set(states);
    this.fair = fair;
  }

  /** Whether some fair run stays here for ever. */
  isFair(): boolean {
    const unmet = new Set(this.fair);
    let hasEdge = false;
    for (const state of this.states) {
      for (const set of unmet) if (this.isRefused(set, state)) unmet.delete(set);
      for (const { label } of this.edgesOf(state)) {
        hasEdge = true;
        for (const set of unmet) if (set.labels[label] === 1) unmet.delete(set);
      }
      if (hasEdge && unmet.size === 0) return true;
    }
    return false;
  }

  /** Edges that stay in the component. */
  edgesOf(state: number): Edge[] {
    const { edgeStart, edgeLabel, edgeTo } = this.graph;
    const edges: Edge[] = [];
    for (let i = edgeStart[state] as number; i < (edgeStart[state + 1] as number); i++) {
      const to = edgeTo[i] as number;
      if (this.members.has(to)) edges.push({ label: edgeLabel[i] as number, to });
    }
    return edges;
  }

  /** No event of the set is handled: none leads anywhere, nor out of what was explored. */
  isRefused({ labels }: FairSet, state: number): boolean {
    const { edgeStart, edgeLabel } = this.graph;
    for (let i = edgeStart[state] as number; i < (edgeStart[state + 1] as number); i++)
      if (labels[edgeLabel[i] as number] === 1) return false;
    return true;
  }
}
