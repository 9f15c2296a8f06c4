// All programs over a vocabulary, in order of size and once each: tasks that differ only in their
// order are the same program. Generates; nothing is run here.

import type { AnyOp, AnyProgram } from '../engine/program.ts';

export interface Vocabulary {
  readonly system: AnyProgram['system'];
  readonly topology: object;
  /** The operations that programs are made of; a repeated one counts once. */
  readonly ops: readonly AnyOp[];
  /** Run before every program, and not counted. Default: nothing. */
  readonly setup?: readonly AnyOp[];
  /** Default: no faults. */
  readonly faults?: AnyProgram['faults'];
  /** The process of every task. Default: 0. */
  readonly process?: number;
}

/** How many operations each task has, largest first. */
export type Shape = readonly number[];

/** The shapes of `operations` operations in exactly `tasks` tasks, each with at least one. */
export function* shapes(operations: number, tasks: number, most = operations): Generator<Shape> {
  if (tasks === 0) {
    if (operations === 0) yield [];
    return;
  }
  for (let first = Math.min(most, operations - tasks + 1); first >= 1; first--)
    for (const rest of shapes(operations - first, tasks - 1, first)) yield [first, ...rest];
}

/** Every program of one shape. */
export function* programsOf(vocabulary: Vocabulary, shape: Shape): Generator<AnyProgram> {
  const ops = distinct(vocabulary.ops);
  const {
    system,
    topology,
    setup = [],
    faults = { budget: 0, sites: [] },
    process = 0,
  } = vocabulary;
  for (const sequences of multisets(shape, ops.length)) {
    const tasks = sequences.map((sequence) => ({
      process,
      ops: sequence.map((i) => ops[i] as AnyOp),
    }));
    yield { system, topology, setup, tasks, faults };
  }
}

/** The number of programs of one shape, without making them. */
export function countPrograms(ops: number, shape: Shape): number {
  let count = 1;
  for (const length of new Set(shape)) {
    const equal = shape.filter((n) => n === length).length;
    for (let i = 0; i < equal; i++) count = (count * (ops ** length + i)) / (i + 1);
  }
  return count;
}

function distinct(ops: readonly AnyOp[]): AnyOp[] {
  return [...new Map(ops.map((op) => [JSON.stringify(op), op])).values()];
}

/** Sequences for each task; of two tasks of equal length, the first never has the later sequence. */
function* multisets(
  shape: Shape,
  base: number,
  before: readonly (readonly number[])[] = [],
): Generator<(readonly number[])[]> {
  const length = shape[before.length];
  if (length === undefined) {
    yield [...before];
    return;
  }
  const last = before.at(-1);
  const from = last?.length === length ? last.reduce((n, digit) => n * base + digit, 0) : 0;
  for (let n = from; n < base ** length; n++)
    yield* multisets(shape, base, [...before, digits(n, base, length)]);
}

function digits(n: number, base: number, length: number): number[] {
  const all: number[] = [];
  for (let rest = n; all.length < length; rest = Math.floor(rest / base)) all.unshift(rest % base);
  return all;
}
