// The compiled tables are the machines: every reachable (state, context, event) entry is compared with
// XState's own transition. The reachable graphs have no dead state and no transition never taken.
import { expect, test } from 'vitest';
import { testTables } from '../test/model/tables.ts';
import { compile, type TableNode } from './compile.ts';
import { reachable, stuck } from './graph.ts';
import { containerTable, entryTable, regionTable, windowTable } from './tables.ts';
import { atMost, type Case } from './testing-tables.ts';

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

testTables(cases);

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
