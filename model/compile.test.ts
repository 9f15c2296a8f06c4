// The compiled tables are the machines: every reachable (state, context, event) entry is compared with
// XState's own transition. The reachable graphs have no dead state and no transition never taken.
import { getInitialSnapshot, transition } from 'xstate';
import { describe, expect, test } from 'vitest';
import { compile, readActions, snapshotKey, type Table, type TableNode } from './compile.ts';
import { declared, type Graph, reachable, stuck } from './graph.ts';
import { containerTable, entryTable, regionTable, windowTable } from './tables.ts';

interface Case {
  readonly name: string;
  readonly table: Table<{ readonly type: string }>;
  readonly roots: readonly TableNode[];
  readonly isWithin: (node: TableNode) => boolean;
  readonly isReleased: (node: TableNode) => boolean;
  readonly nodes: number;
  readonly edges: number;
}

const atMost = (field: string, most: number) => (node: TableNode) =>
  Number(node.context[field]) <= most;

const isSmall = (node: TableNode) => atMost('used', 3)(node) && atMost('mapped', 4)(node);

const cases: readonly Case[] = [
  {
    name: 'region',
    table: regionTable,
    roots: [regionTable.root()],
    isWithin: isSmall,
    isReleased: (node) => node.value === 'unregistered',
    nodes: 21,
    edges: 126,
  },
  {
    name: 'container',
    table: containerTable,
    roots: [containerTable.root({ version: 1 }), containerTable.root({ version: 2 })],
    isWithin: atMost('groups', 2),
    isReleased: (node) => node.value === 'closed',
    nodes: 40,
    edges: 2520,
  },
  {
    name: 'window',
    table: windowTable,
    roots: [windowTable.root()],
    isWithin: () => true,
    isReleased: (node) => node.value === 'absent',
    nodes: 2,
    edges: 14,
  },
  {
    name: 'entry',
    table: entryTable,
    roots: [entryTable.root()],
    isWithin: () => true,
    isReleased: (node) => node.value === 'clear',
    nodes: 2,
    edges: 4,
  },
];

/** The machine's own snapshot of every node, found again by walking the machine, not the table. */
function walkMachine({ table, roots, isWithin }: Case) {
  const { machine, alphabet } = table;
  const inputs = roots.map((root) => ({ version: root.context['version'] }));
  const start = inputs.map((input) => getInitialSnapshot(machine, input));
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

describe.each(cases)('$name', (machineCase) => {
  const { table, roots, isWithin, isReleased } = machineCase;
  const graph = reachable(table, roots, isWithin);
  const walked = walkMachine(machineCase);

  test('the table is the machine on every reachable entry', () => {
    expect(tableEntries(graph)).toEqual(walked.entries);
    expect([...walked.snapshots.keys()]).toEqual(graph.nodes.map((node) => node.key));
  });

  test('it has as many nodes and entries as it had', () => {
    expect({ nodes: graph.nodes.length, edges: graph.edges.length }).toEqual({
      nodes: machineCase.nodes,
      edges: machineCase.edges,
    });
  });

  test('every state is reached and every transition taken', () => {
    const { states, transitions } = declared(table.machine);
    const reached = new Set(graph.nodes.map((node) => node.value));
    expect(states.filter((state) => !reached.has(state))).toEqual([]);
    const idle = [...transitions].filter(([each]) => !walked.taken.has(each));
    expect(idle.map(([, name]) => name)).toEqual([]);
  });

  test('from every state it can be released', () => {
    expect(stuck(graph, isReleased)).toEqual([]);
  });
});

test('an enabled container has an mm, and a v2 container stays enabled until it is closed', () => {
  const roots = [containerTable.root({ version: 1 }), containerTable.root({ version: 2 })];
  const { nodes, edges } = reachable(containerTable, roots, atMost('groups', 2));
  const enabled = nodes.filter((node) => node.value === 'enabled');
  expect(enabled.every((node) => node.context['mmSet'])).toBe(true);
  const leaving = edges.filter(
    ({ from, edge }) =>
      from.value === 'enabled' && from.context['version'] === 2 && edge.node.value !== 'enabled',
  );
  expect(new Set(leaving.map(({ event }) => event.type))).toEqual(new Set(['CLOSE']));
});

test('every answer is 0 or a negative errno, and a refusal changes nothing', () => {
  const roots = [containerTable.root({ version: 1 }), containerTable.root({ version: 2 })];
  const answers = [
    ...reachable(containerTable, roots, atMost('groups', 2)).edges,
    ...reachable(regionTable, [regionTable.root()], isSmall).edges,
    ...reachable(windowTable, [windowTable.root()]).edges,
  ];
  expect(answers.filter(({ edge }) => edge.ret > 0)).toEqual([]);
  expect(answers.filter(({ from, edge }) => edge.ret < 0 && edge.node !== from)).toEqual([]);
});

test('a stuck node is found', () => {
  const graph = reachable(
    containerTable,
    [containerTable.root({ version: 2 })],
    atMost('groups', 1),
  );
  const closed = graph.nodes.filter((node) => node.value === 'closed').length;
  expect(stuck(graph, (node) => node.value === 'enabled')).toHaveLength(closed);
});

test('a table refuses an event that is not one of its alphabet', () => {
  const table = compile(regionTable.machine, [{ type: 'REGISTER' }]);
  expect(() => table.step(table.root(), { type: 'REGISTER' })).toThrow(
    'compile: {"type":"REGISTER"} is not an event of machine "region"',
  );
});
