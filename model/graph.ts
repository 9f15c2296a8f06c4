// The reachable graph of a compiled machine within a bound, and what is checked on it: transitions
// never taken, and nodes from which a goal cannot be reached. Nothing here knows a machine.
import type { AnyStateMachine } from 'xstate';
import type { Edge, Table, TableNode } from './compile.ts';

export interface GraphEdge<E> {
  readonly from: TableNode;
  readonly event: E;
  readonly edge: Edge;
}

export interface Graph<E> {
  readonly nodes: readonly TableNode[];
  /** Every (node, event) entry; edges that leave the bound are among them. */
  readonly edges: readonly GraphEdge<E>[];
  /** Some edge left the bound: a verdict on this graph is one within the bound. */
  readonly isBounded: boolean;
}

export function reachable<E>(
  table: Table<E>,
  roots: readonly TableNode[],
  isWithin: (node: TableNode) => boolean = () => true,
): Graph<E> {
  const seen = new Set(roots);
  const edges: GraphEdge<E>[] = [];
  let isBounded = false;
  // A set iterates over what is added meanwhile: this is breadth first.
  for (const from of seen) {
    for (const event of table.alphabet) {
      const edge = table.step(from, event);
      edges.push({ from, event, edge });
      if (isWithin(edge.node)) seen.add(edge.node);
      else isBounded = true;
    }
  }
  return { nodes: [...seen], edges, isBounded };
}

/** Nodes from which no path leads to a goal. */
export function stuck<E>(graph: Graph<E>, isGoal: (node: TableNode) => boolean): TableNode[] {
  const predecessors = new Map<TableNode, TableNode[]>();
  for (const { from, edge } of graph.edges) {
    const known = predecessors.get(edge.node);
    if (known === undefined) predecessors.set(edge.node, [from]);
    else known.push(from);
  }
  const good = new Set(graph.nodes.filter(isGoal));
  for (const node of good) {
    for (const before of predecessors.get(node) ?? []) good.add(before);
  }
  return graph.nodes.filter((node) => !good.has(node));
}

/** Names of a machine's states, and of its transitions as `state EVENT #place`. */
export function declared(machine: AnyStateMachine) {
  const states = Object.keys(machine.states);
  const transitions = new Map<unknown, string>();
  for (const [name, state] of Object.entries(machine.states)) {
    for (const [event, list] of state.transitions) {
      list.forEach((transition, place) => {
        transitions.set(transition, `${name} ${event} #${place}`);
      });
    }
  }
  return { states, transitions };
}
