// What the suites over the smallest programs of the IOMMU stack share: one failure is shrunk, all
// smaller programs over some operations are searched on the same host, and the two must agree.

import { expect } from 'vitest';
import type { AnyProgram } from '../../engine/index.ts';
import type { IommuOp } from '../../engine/iommu/index.ts';
import { instantiate } from '../../fuzz/instance.ts';
import { programsOf } from '../../fuzz/programs.ts';
import { scenarioById } from '../../fuzz/scenarios/index.ts';
import { oracleFor } from '../../fuzz/shrinkOracle.ts';
import { findSmallest, type SmallestResult, type Wanted } from '../../fuzz/smallest.ts';
import { compareSizes, shrink, type Shrunk } from '../../shrinkers/index.ts';
import { delta, search } from './search.ts';

/** A failure: where it is shown, by which deltas of the reference, and what it violates. */
export interface Shown extends Required<Wanted> {
  readonly deltas: readonly string[];
  /** The id of a bundled scenario, or a program. */
  readonly in: string | AnyProgram;
}

/** The programs that are searched. */
export interface Over {
  /** Default: nothing, and every operation counts. */
  readonly setup?: readonly IommuOp[];
  readonly ops: readonly IommuOp[];
  readonly maxOperations: number;
  /** Default: as many as operations. */
  readonly maxTasks?: number;
  /** Where operations keep nothing in their tasks. */
  readonly oneEachBelow?: number;
}

/** Operations, tasks, preemptions. */
export type Size = readonly [operations: number, tasks: number, preemptions: number];

/** A failure, its smallest size, and the operations that no smaller program can be made of. */
export interface Named extends Shown {
  readonly title: string;
  readonly size: Size;
  readonly ops: readonly IommuOp[];
  readonly oneEach?: true;
  /** The tasks of the smallest program by the names of their operations. */
  readonly program: readonly string[];
}

/** The smallest that the failures of this property and key shrink to; no single thing can go. */
export function shrunk(shown: Shown): Shrunk {
  const { deltas: ids, property, key } = shown;
  const deltas = ids.map(delta);
  const make = (p: AnyProgram) => instantiate(p, deltas);
  const program = programOf(shown);
  const [small] = search({ program }, deltas)
    .failing.filter((f) => f.property === property && f.key === key)
    .map((failing) => shrink(failing, oracleFor(make, failing)))
    .sort((a, b) => compareSizes(a.size, b.size));
  if (small === undefined) throw new Error(`${property} (${key}) is not violated`);
  expect(small.minimal).toBe('proved');
  return small;
}

function programOf({ in: where }: Shown): AnyProgram {
  if (typeof where !== 'string') return where;
  const scenario = scenarioById(where);
  if (scenario === undefined) throw new Error(`there is no scenario ${where}`);
  return scenario.program;
}

/** All programs by increasing size on the host of `on`, up to the first that shows what is wanted. */
export function searched(
  on: AnyProgram,
  { deltas, property, key }: Pick<Shown, 'deltas' | 'property' | 'key'>,
  { maxTasks, maxOperations, oneEachBelow = 1, ...over }: Over,
): SmallestResult {
  const { system, topology, faults } = on;
  const all = deltas.map(delta);
  return findSmallest(
    { system, topology, faults, ...over },
    (program) => instantiate(program, all),
    { property, key },
    { maxOperations, maxTasks: maxTasks ?? maxOperations, oneEachBelow },
  );
}

/** What any run of any program of some tasks with some operations each violates. */
export function scope(
  { system, topology, faults }: AnyProgram,
  ids: readonly string[],
  ops: readonly IommuOp[],
  [tasks, operations]: readonly [tasks: number, operations: number],
) {
  const all = ids.map(delta);
  const shape = Array.from({ length: tasks }, () => operations);
  const violations = new Set<string>();
  let programs = 0;
  let complete = true;
  for (const program of programsOf({ system, topology, faults, ops }, shape)) {
    const { result, failing } = search({ program }, all);
    programs++;
    complete &&= result.complete;
    for (const { property, key } of failing) violations.add(`${property}: ${key}`);
  }
  return { programs, complete, violations: [...violations] };
}

export const sizeOf = ({ size: { operations, tasks, preemptions } }: Shrunk): Size => [
  operations,
  tasks,
  preemptions,
];

/** The size of what was found, with the operations of the setup that was given. */
export function foundSize({ layers, found }: SmallestResult, setup = 0): Size | null {
  const last = layers.at(-1);
  if (found === null || last === undefined) return null;
  return [setup + last.operations, last.tasks, found.preemptions];
}

export const namesOf = ({ tasks }: AnyProgram) =>
  tasks.map(({ ops }) => ops.map(({ op }) => op).join('; '));

/** Shrinking and searching end at the same size, and nothing smaller exists. */
export function checkSmallest(named: Named): void {
  const { size, ops, oneEach, program } = named;
  const small = shrunk(named);
  expect(sizeOf(small)).toEqual(size);
  const [maxOperations] = size;
  const oneEachBelow = oneEach === true ? maxOperations : 1;
  const result = searched(small.failing.program, named, { ops, maxOperations, oneEachBelow });
  expect(result.proved).toBe(true);
  expect(foundSize(result)).toEqual(size);
  expect(namesOf(result.found!.program)).toEqual(program);
}

/** What is shown to be smallest in parts. */
export interface Parts {
  readonly size: Size;
  /** All smaller programs that were seen, and none of which fails. */
  readonly without: Over;
  /** After a setup that every failing program has: the smallest that can follow. */
  readonly after: Over & { readonly setup: readonly IommuOp[] };
  /** The tasks of the smallest that follows. */
  readonly program: readonly string[];
}

/** As {@link checkSmallest} where all smaller programs are too many to see. */
export function checkParts(shown: Shown, { size, without, after, program: tasks }: Parts): void {
  const small = shrunk(shown);
  expect(sizeOf(small)).toEqual(size);
  const on = small.failing.program;
  expect(searched(on, shown, without)).toMatchObject({ found: null, proved: true });
  const result = searched(on, shown, after);
  expect(result.proved).toBe(true);
  expect(foundSize(result, after.setup.length)).toEqual(size);
  expect(namesOf(result.found!.program)).toEqual(tasks);
}
