// How the tests compare a compiled table with its machine: every reachable entry, walked on both sides.
// Not part of the public entry.
import { getInitialSnapshot, transition } from 'xstate';
import { readActions, snapshotKey, type Table, type TableNode } from './compile.ts';
import { declared, type Graph, reachable, stuck } from './graph.ts';

export interface Case {
  readonly name: string;
  readonly table: Table<{ readonly type: string }>;
  readonly roots: readonly TableNode[];
  readonly isWithin: (node: TableNode) => boolean;
  readonly isReleased: (node: TableNode) => boolean;
  readonly nodes: number;
  readonly edges: number;
}

/** A bound on a counter of the context. */
export const atMost = (field: string, most: number) => (node: TableNode) =>
  Number(node.context[field]) <= most;

/** The machine's own snapshot of every node, found again by walking the machine, not the table. */
function walkMachine({ table, roots, isWithin }: Case) {
  const { machine, alphabet } = table;
  // A root's context is the input that it was made from, with what the machine adds.
  const start = roots.map((root) => getInitialSnapshot(machine, root.context));
  const snapshots = new Map(start.map((snapshot) => [snapshotKey(snapshot), snapshot]));
  const entries = new Map<string, string>();
  const taken = new Set<unknown>();
  for (const [key, snapshot] of snapshots) {
    for (const event of alphabet) {
      for (const used of machine.getTransitionData(snapshot, event)) taken.add(used);
      const [next, actions] = transition(machine, snapshot, event);
      const nextKey = snapshotKey(next);
      const { ret, effects } = readActions(actions);
      entries.set(`${key} ${JSON.stringify(event)}`, `${nextKey} ${ret} ${effects.join()}`);
      const node = { key: nextKey, value: String(next.value), context: next.context };
      if (isWithin(node)) snapshots.set(nextKey, next);
    }
  }
  return { snapshots, entries, taken };
}

const tableEntries = ({ edges }: Graph<{ readonly type: string }>) =>
  new Map(
    edges.map(({ from, event, edge }) => [
      `${from.key} ${JSON.stringify(event)}`,
      `${edge.node.key} ${edge.ret} ${edge.effects.join()}`,
    ]),
  );

/** What the table and its machine say, side by side. */
export function compareTable(machineCase: Case) {
  const { table, roots, isWithin, isReleased } = machineCase;
  const graph = reachable(table, roots, isWithin);
  const walked = walkMachine(machineCase);
  const { states, transitions } = declared(table.machine);
  const reached = new Set(graph.nodes.map((node) => node.value));
  return {
    table: { entries: tableEntries(graph), nodes: graph.nodes.map((node) => node.key) },
    machine: { entries: walked.entries, nodes: [...walked.snapshots.keys()] },
    counts: { nodes: graph.nodes.length, edges: graph.edges.length },
    neverReached: states.filter((state) => !reached.has(state)),
    neverTaken: [...transitions].flatMap(([each, name]) => (walked.taken.has(each) ? [] : [name])),
    stuck: stuck(graph, isReleased),
  };
}
