// The order in which shrinking goes down. Like the sort key of Hypothesis, it is total enough that
// "smaller" never needs judgement, and lexicographic: no number of simpler values outweighs one
// operation. What a reader must hold in mind at once comes first.

import type { Op, Program, Topology } from '../engine/vfio/vocabulary.ts';
import { opsOf } from './edit.ts';
import { blocksOf, interrupted, resumption } from './blocks.ts';
import type { Move, Run } from './run.ts';

/** Most significant first. */
export interface Size {
  /** Of setup and of all tasks. */
  readonly operations: number;
  readonly tasks: number;
  /** Operations that run side by side: one that goes to the setup needs no schedule. */
  readonly concurrent: number;
  readonly preemptions: number;
  readonly switches: number;
  /** Answers of the environment other than "goes well". */
  readonly refusals: number;
  /** What the environment was allowed: sites and budget. */
  readonly faults: number;
  /** Processes, groups, containers, VMAs and their peculiarities. */
  readonly topology: number;
  /** Sum of the arguments' magnitudes, sizes and addresses in pages. */
  readonly values: number;
  readonly steps: number;
  /** How many steps into operations the preemptions fall. */
  readonly lateness: number;
  /** Tasks numbered in the order in which they start: inversions against that. */
  readonly disorder: number;
}

export const sizeKeys = [
  'operations',
  'tasks',
  'concurrent',
  'preemptions',
  'switches',
  'refusals',
  'faults',
  'topology',
  'values',
  'steps',
  'lateness',
  'disorder',
] as const satisfies readonly (keyof Size)[];

export function sizeOf(run: Run): Size {
  const { program, moves } = run;
  return {
    ...programSize(program),
    preemptions: run.preemptions,
    switches: run.switches,
    refusals: refusalsOf(moves),
    steps: moves.length,
    lateness: latenessOf(moves),
    disorder: disorderOf(moves),
  };
}

/** The part of the size that needs no run. */
export function programSize(program: Program) {
  const concurrent = program.tasks.reduce((n, task) => n + task.ops.length, 0);
  return {
    operations: program.setup.length + concurrent,
    tasks: program.tasks.length,
    concurrent,
    faults: program.faults.budget + program.faults.sites.length,
    topology: topologySize(program.topology),
    values: valuesSize(program),
  };
}

/** Negative when `a` is the smaller. */
export function compareSizes(a: Size, b: Size): number {
  for (const key of sizeKeys) if (a[key] !== b[key]) return a[key] - b[key];
  return 0;
}

export function refusalsOf(moves: readonly Move[]): number {
  return moves.filter((m) => m.choice !== 0).length;
}

function topologySize(topology: Topology): number {
  const extras = (object: object) => Object.keys(object).length;
  const { processes, groups, containers } = topology;
  return (
    processes.reduce((n, p) => n + extras(p) + 2 * p.vmas.length, 0) +
    groups.reduce((n, g) => n + extras(g), 0) +
    2 * containers.length
  );
}

function valuesSize(program: Program): number {
  const page = 2 ** program.topology.geometry.pageShift;
  const vmas = program.topology.processes.flatMap((p) => p.vmas);
  const spans = vmas.reduce((n, v) => n + (v.start + (v.end - v.start)) / page + v.pageShift, 0);
  return opsOf(program).reduce((n, op) => n + magnitude(op, page), spans);
}

const inBytes: ReadonlySet<string> = new Set(['va', 'iova', 'size', 'start', 'windowSize']);
const optional: ReadonlySet<string> = new Set([
  'flags',
  'shortArgsz',
  'badPointer',
  'readOnlyPointer',
]);

function magnitude(op: Op, page: number): number {
  let sum = 0;
  for (const [field, value] of Object.entries(op)) {
    if (optional.has(field)) sum += 1;
    if (typeof value === 'number') sum += inBytes.has(field) ? value / page : value;
  }
  return sum;
}

function latenessOf(moves: readonly Move[]): number {
  const blocks = blocksOf(moves.filter((m) => m.phase === 'main'));
  return blocks.reduce((sum, block, i) => {
    const next = blocks[resumption(blocks, i)];
    const isCut = next !== undefined && next.moves[0]?.op === block.moves.at(-1)?.op;
    return sum + (isCut ? interrupted(block, next) : 0);
  }, 0);
}

function disorderOf(moves: readonly Move[]): number {
  const order = [...new Set(moves.filter((m) => m.phase === 'main').map((m) => m.nth))];
  return order.reduce((n, a, i) => n + order.slice(i).filter((b) => b < a).length, 0);
}
