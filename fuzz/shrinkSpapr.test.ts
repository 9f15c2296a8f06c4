// Shrinking on the SPAPR engine with two real races planted: what a random walk finds among twelve
// concurrent operations comes down to the two that race, and to one preemption.

import { describe, expect, test } from 'vitest';
import { l1 } from '../engine/defects/spapr/l1-map-without-lock.ts';
import { l2Late } from '../engine/defects/spapr/l2-region-without-rcu.ts';
import {
  type AnyProgram,
  type Op,
  opText,
  type SpaprDelta,
  type SpaprProgram,
} from '../engine/index.ts';
import { shrink } from '../shrinkers/index.ts';
import { failingWalk } from '../test/toys/walk.ts';
import { instantiate } from './instance.ts';
import { type Instantiate, oracleFor } from './shrinkOracle.ts';
import { findSmallest } from './smallest.ts';

const page = 4096;
const base = 0x10000;

const attach = (container: number, group: number): Op => ({ op: 'attach', container, group });
const region = (op: 'register' | 'unregister', at: number, pages = 1): Op => ({
  op,
  container: 0,
  va: base + at * page,
  size: pages * page,
});
const map = (entry: number, at: number): Op => ({
  op: 'map',
  container: 0,
  iova: entry * page,
  va: base + at * page,
  size: page,
});
const unmap = (entry: number): Op => ({
  op: 'unmap',
  container: 0,
  iova: entry * page,
  size: page,
});
const create: Op = { op: 'create', container: 0, pageShift: 12, windowSize: 4 * page, levels: 1 };
const remove: Op = { op: 'remove', container: 0, start: 0 };

const program: SpaprProgram = {
  system: 'spapr',
  topology: {
    geometry: {
      name: 'tiny',
      pageShift: 12,
      tce32Start: 0,
      tce32Size: 4 * page,
      tce64Start: 2 ** 59,
      pgsizes: 0x11000,
      maxLevels: 1,
      maxDynamicWindows: 2,
      eeh: true,
      ownTablesOnly: false,
    },
    processes: [
      { vmas: [{ start: base, end: base + 8 * page, pageShift: 12 }] },
      { memlockPages: 100, vmas: [] },
    ],
    groups: [
      { kind: 'ddw', family: 0 },
      { kind: 'ddw', family: 0 },
    ],
    containers: [
      { version: 2, process: 0 },
      { version: 2, process: 0 },
    ],
  },
  setup: [attach(0, 0), attach(1, 1), region('register', 0, 2)],
  tasks: [
    [create, region('register', 1), map(0, 0), remove],
    [map(1, 1), unmap(0), region('unregister', 0, 2), { op: 'info', container: 0 } as const],
    [map(0, 1), unmap(1), remove, region('unregister', 1)],
  ].map((ops) => ({ process: 0, ops })),
  faults: { budget: 1, sites: ['kzalloc', 'pin', 'xchg'] },
};

/** The reference engine with one defect, under all properties. */
const engine =
  (delta: SpaprDelta): Instantiate =>
  (program) =>
    instantiate(program, [delta]);

function shrunkFrom(seed: string, delta: SpaprDelta, key: string, of = program) {
  const failing = failingWalk(of, engine(delta), seed, key);
  return shrink(failing, oracleFor(engine(delta), failing));
}

const textOf = ({ setup, tasks }: AnyProgram) =>
  [setup, ...tasks.map((task) => task.ops)].map((ops) =>
    ops.map((op) => opText(op as Op)).join('; '),
  );

describe('12 concurrent operations with dozens of preemptions shrink to the two that race', () => {
  test('MAP uses a table that REMOVE frees', () => {
    const ends = ['a', 'b', 'c'].map((seed) => shrunkFrom(seed, l1, 'table'));
    for (const end of ends) {
      expect(end).toMatchObject({ minimal: 'proved', interrupted: false });
      expect(end.from.preemptions).toBeGreaterThan(20);
      expect(end.size).toMatchObject({ operations: 4, tasks: 2, concurrent: 2, preemptions: 1 });
      expect(end.size).toMatchObject({ switches: 2, refusals: 0, faults: 0 });
    }
    expect(textOf(ends[0]!.failing.program)).toMatchInlineSnapshot(`
      [
        "attach c0 g0; register c0 va 0x10000 size 0x1000",
        "map c0 iova 0x0 va 0x10000 size 0x1000",
        "remove c0 start 0x0",
      ]
    `);
    expect(ends[0]!.dropped).toMatchInlineSnapshot(`
      [
        "operations: create, info, unmap, unregister",
        "containers: 1 instead of 2",
        "groups: 1 instead of 2",
        "processes: 1 instead of 2",
        "nothing needs to be refused",
      ]
    `);
  });

  test('MAP counts a region that UNREGISTER frees after a grace period', () => {
    const tasks = [
      [map(0, 0), unmap(0), map(1, 1)],
      [region('unregister', 0, 2), { op: 'info', container: 0 } as const],
      [map(2, 1), map(3, 0)],
    ].map((ops) => ({ process: 0, ops }));
    const end = shrunkFrom('a', l2Late, 'region', { ...program, tasks });
    expect(end.minimal).toBe('proved');
    expect(end.size).toMatchObject({ operations: 4, tasks: 2, concurrent: 2, preemptions: 1 });
    expect(textOf(end.failing.program)).toMatchInlineSnapshot(`
      [
        "attach c0 g0; register c0 va 0x10000 size 0x1000",
        "map c0 iova 0x0 va 0x10000 size 0x1000",
        "unregister c0 va 0x10000 size 0x1000",
      ]
    `);
  });
});

test('no smaller program shows it: all of them were searched', () => {
  const vocabulary = {
    system: 'spapr' as const,
    topology: program.topology,
    ops: [attach(0, 0), region('register', 0), map(0, 0), remove],
  };
  const wanted = { property: 'use-after-free', key: 'table' };
  const limits = { maxOperations: 4, maxTasks: 2 };
  const { found, layers, proved } = findSmallest(vocabulary, engine(l1), wanted, limits);
  const { size } = shrunkFrom('a', l1, 'table');
  expect(proved).toBe(true);
  expect(layers.at(-1)).toMatchObject({ operations: size.operations, tasks: size.tasks });
  expect(found?.preemptions).toBe(size.preemptions);
});
