// Fair loops within a component. Weak fairness needs no search for the right subset: if events are handled
// in every state of the component and taken on none of its edges, that is so on every loop in it; and if
// not, a loop through the whole component is fair. So a component has a fair loop if and only if each
// fair set is refused in some of its states or taken on some of its edges, and a short loop is made by
// going from one such place to the next.
import type { Graph } from './explore.ts';
import type { FairSet } from './fairness.ts';
import type { Edge } from './paths.ts';

export class Component {
  readonly states: readonly number[];
  private readonly graph: Graph<unknown>;
  private readonly members: ReadonlySet<number>;
  private readonly fair: readonly FairSet[];

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
      this.meetAt(state, unmet);
      for (const { label } of this.edgesOf(state)) {
        hasEdge = true;
        meetBy(label, unmet);
      }
      if (hasEdge && unmet.size === 0) return true;
    }
    return false;
  }

  /** A fair loop from `start` back to it; only where isFair(). Short, not always the shortest. */
  loopFrom(start: number): Edge[] {
    const unmet = new Set(this.fair);
    const loop: Edge[] = [];
    this.meetAt(start, unmet);
    const go = (isGoal: (edge: Edge) => boolean) => {
      for (const edge of this.shortest(loop.at(-1)?.to ?? start, isGoal)) {
        loop.push(edge);
        meetBy(edge.label, unmet);
        this.meetAt(edge.to, unmet);
      }
    };
    while (unmet.size > 0) {
      go(({ label, to }) =>
        [...unmet].some((set) => set.labels[label] === 1 || !this.isHandled(set, to)),
      );
    }
    if (loop.length === 0 || loop.at(-1)?.to !== start) go(({ to }) => to === start);
    return loop;
  }

  /** Edges that stay in the component. */
  private edgesOf(state: number): Edge[] {
    const { edgeStart, edgeLabel, edgeTo } = this.graph;
    const edges: Edge[] = [];
    for (let i = edgeStart[state] as number; i < (edgeStart[state + 1] as number); i++) {
      const to = edgeTo[i] as number;
      if (this.members.has(to)) edges.push({ label: edgeLabel[i] as number, to });
    }
    return edges;
  }

  /** Also where it leaves the component or what was explored. */
  private isHandled({ labels }: FairSet, state: number): boolean {
    const { edgeStart, edgeLabel } = this.graph;
    for (let i = edgeStart[state] as number; i < (edgeStart[state + 1] as number); i++)
      if (labels[edgeLabel[i] as number] === 1) return true;
    return false;
  }

  private meetAt(state: number, unmet: Set<FairSet>): void {
    for (const set of unmet) if (!this.isHandled(set, state)) unmet.delete(set);
  }

  /** Breadth first to the nearest edge that is a goal; there is one, as the component is connected. */
  private shortest(from: number, isGoal: (edge: Edge) => boolean): Edge[] {
    const cameBy = new Map<number, { readonly from: number; readonly edge: Edge } | null>();
    cameBy.set(from, null);
    const queue = [from];
    for (const state of queue) {
      for (const edge of this.edgesOf(state)) {
        if (isGoal(edge)) return [...pathTo(cameBy, state), edge];
        if (cameBy.has(edge.to)) continue;
        cameBy.set(edge.to, { from: state, edge });
        queue.push(edge.to);
      }
    }
    throw new Error('lasso: the component has no such edge');
  }
}

function meetBy(label: number, unmet: Set<FairSet>): void {
  for (const set of unmet) if (set.labels[label] === 1) unmet.delete(set);
}

function pathTo(
  cameBy: ReadonlyMap<number, { readonly from: number; readonly edge: Edge } | null>,
  state: number,
): Edge[] {
  const path: Edge[] = [];
  for (let at = cameBy.get(state); at; at = cameBy.get(at.from)) path.push(at.edge);
  return path.reverse();
}
