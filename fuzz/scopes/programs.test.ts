// The enumeration against brute force: all programs with all permutations of tasks and of names.

import { expect, test } from 'vitest';
import type { IommuOp } from '../../engine/iommu/index.ts';
import { device, host } from '../scenarios/iommu/hosts.ts';
import { attach, detach, register, topology } from '../scenarios/scenario.ts';
import { keyOf, type ScopeContext, tasksFor } from './context.ts';
import { shapesWithin } from './plan.ts';
import { Programs } from './programs.ts';
import { renamingsOf } from './renaming.ts';

type Op = ScopeContext['whole']['setup'][number];

function context(whole: Partial<ScopeContext['whole']>, ops: readonly Op[]): ScopeContext {
  const tasks = tasksFor(ops.map((op) => ({ process: 0, op })));
  const base = { system: 'spapr', topology: topology(), setup: [], tasks } as const;
  const faults = { budget: 0, sites: [] };
  return {
    id: 'test',
    subsystem: 'registration',
    scenarios: [],
    whole: { ...base, faults, ...whole },
  };
}

const ddw = { kind: 'ddw', family: 0 } as const;
const twoGroups = { topology: topology({ groups: [ddw, ddw], containers: [2, 2] }) };

const pair: Partial<ScopeContext['whole']> = {
  system: 'iommu',
  topology: host({ groups: [{}, {}], devices: [device(), device({ group: 1 })] }),
};
const onSlot = (domain: number): IommuOp[] => [
  { op: 'domain_alloc', domain, device: 0, type: 'unmanaged' },
  { op: 'domain_free', domain },
];

const contexts: readonly (readonly [string, ScopeContext, number])[] = [
  ['nothing is interchangeable', context({}, [attach(), register(0, 1), register(1, 1)]), 0],
  ['two groups are', context(twoGroups, [attach(0), attach(1), detach(0), detach(1)]), 1],
  [
    'two groups and two containers are',
    context(twoGroups, [attach(0, 0), attach(1, 0), attach(0, 1), attach(1, 1)]),
    3,
  ],
  [
    'not with a setup that tells them apart',
    context({ ...twoGroups, setup: [attach(0)] }, [attach(0), attach(1)]),
    0,
  ],
  ['not with a vocabulary that does', context(twoGroups, [attach(0), attach(1), detach(0)]), 0],
  ['three slots are', context(pair, [0, 1, 2].flatMap(onSlot)), 5],
];

test.each(contexts)('%s: as many renamings as there are', (_, of, renamings) => {
  expect(renamingsOf(of)).toHaveLength(renamings);
});

test.each(contexts)('%s: every program once', (_, of) => {
  const programs = new Programs(of);
  const letters = of.whole.tasks.flatMap(({ ops }) => ops);
  const renamings = [letters.map((_, i) => i), ...renamingsOf(of)];
  for (const shape of shapesWithin(2, 2)) {
    const classes = new Set<string>();
    const all = sequencesOf(shape, letters.length);
    for (const tasks of all) classes.add(classOf(tasks, renamings));
    const places = new Map(letters.map((op, i) => [keyOf(op), i]));
    const visited = [...programs.range(shape)].map((placed) => {
      const { tasks } = programs.program(shape, placed);
      return classOf(
        tasks.map(({ ops }) => ops.map((op) => places.get(keyOf(op)) as number)),
        renamings,
      );
    });
    expect(new Set(visited)).toEqual(classes);
    expect(visited).toHaveLength(classes.size);
    const orders = new Set(permuted(shape).map((lengths) => lengths.join(' '))).size;
    expect(programs.countOrdered(shape)).toBe(all.length * orders);
    expect([...programs.range(shape, 3, 9)]).toEqual(
      [...programs.range(shape)].filter(({ index }) => 3 <= index && index < 9),
    );
  }
});

/** All lists of sequences of these lengths. */
function sequencesOf(shape: readonly number[], letters: number): number[][][] {
  const one = (length: number): number[][] =>
    length === 0
      ? [[]]
      : one(length - 1).flatMap((s) => Array.from({ length: letters }, (_, i) => [...s, i]));
  return shape.reduce<number[][][]>(
    (done, length) => done.flatMap((tasks) => one(length).map((s) => [...tasks, s])),
    [[]],
  );
}

/** The least text of a program under all orders of its tasks and all renamings. */
function classOf(tasks: readonly (readonly number[])[], renamings: readonly (readonly number[])[]) {
  const texts = permuted(tasks).flatMap((order) =>
    renamings.map((to) => JSON.stringify(order.map((s) => s.map((i) => to[i])))),
  );
  return texts.sort()[0] as string;
}

function permuted<T>(list: readonly T[]): T[][] {
  if (list.length <= 1) return [[...list]];
  return list.flatMap((x, i) => permuted(list.filter((_, j) => j !== i)).map((r) => [x, ...r]));
}
