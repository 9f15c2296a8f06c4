// The tables of the IOMMU stack's machines are the machines, on every reachable entry; counts are those
// that the alphabets and bounds give.
import { testTables } from '../../test/model/tables.ts';
import { atMost, type Case } from '../testing-tables.ts';
import {
  areaTable,
  blockTable,
  coherencyTable,
  cookieTable,
  dirtyTable,
  domainTable,
  endpointTable,
  ownershipTable,
  translationTable,
  type1Table,
} from './tables.ts';

const any = () => true;
const domains = ['unmanaged', 'dma', 'identity', 'fixed', 'nested', 'sva'] as const;

const cases: readonly Case[] = [
  {
    name: 'domain',
    table: domainTable,
    roots: [domainTable.root()],
    isWithin: atMost('groups', 2),
    isReleased: (node) => node.value === 'absent',
    // absent, idle, in use by one and two groups; five events.
    nodes: 4,
    edges: 20,
  },
  {
    name: 'translation',
    table: translationTable,
    roots: [translationTable.root()],
    isWithin: any,
    isReleased: (node) => node.value === 'empty',
    nodes: 4,
    edges: 44,
  },
  {
    name: 'ownership',
    table: ownershipTable,
    roots: [ownershipTable.root()],
    isWithin: atMost('count', 2),
    isReleased: (node) => node.value === 'unowned',
    // unowned; drivers and owned with one and two; 28 events.
    nodes: 5,
    edges: 140,
  },
  {
    name: 'block',
    table: blockTable,
    roots: [blockTable.root()],
    isWithin: any,
    isReleased: (node) => node.value === 'absent',
    nodes: 4,
    edges: 56,
  },
  {
    name: 'cookie',
    table: cookieTable,
    roots: domains.map((domain) => cookieTable.root({ domain })),
    isWithin: any,
    isReleased: (node) => node.value === 'freed',
    // Five states of every type, one of unmanaged ones and one of SVA alone; eight events.
    nodes: 32,
    edges: 256,
  },
  {
    name: 'dirty log',
    table: dirtyTable,
    roots: [dirtyTable.root()],
    isWithin: atMost('ranges', 2),
    isReleased: (node) => node.value === 'off',
    // off, on with one and two ranges; 22 events.
    nodes: 3,
    edges: 66,
  },
  {
    name: 'coherency',
    table: coherencyTable,
    roots: (['intel', 'amd', 'none'] as const).map((by) => coherencyTable.root({ by })),
    isWithin: any,
    // Forced for good.
    isReleased: any,
    nodes: 4,
    edges: 24,
  },
  {
    name: 'endpoint',
    table: endpointTable,
    roots: [endpointTable.root()],
    isWithin: any,
    isReleased: (node) => node.value === 'detached',
    nodes: 2,
    edges: 22,
  },
  {
    name: 'area',
    table: areaTable,
    roots: [areaTable.root()],
    isWithin: any,
    isReleased: (node) => node.value === 'absent',
    nodes: 4,
    edges: 24,
  },
  {
    name: 'type1',
    table: type1Table,
    roots: [type1Table.root()],
    isWithin: any,
    isReleased: (node) => node.value === 'bare',
    // bare, v1, v2; thirteen events.
    nodes: 3,
    edges: 39,
  },
];

testTables(cases);
