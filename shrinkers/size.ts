// The order in which shrinking goes down. Like the sort key of Hypothesis, it is total enough that
// "smaller" never needs judgement, and lexicographic: no number of simpler values outweighs one
// operation. What a reader must hold in mind at once comes first.

import type { AnyProgram } from '../engine/program.ts';
import { blocksOf, interrupted, resumption } from './blocks.ts';
import { opsOf } from './edit.ts';
import { magnitude } from './fields.ts';
import type { Move, Run } from './run.ts';
import { type Entry, listOf, pageShiftOf, vmasOf } from './topology.ts';

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
  /** Processes, groups, devices, containers, VMAs and their peculiarities. */
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
export function programSize(program: AnyProgram) {
  const concurrent = program.tasks.reduce((n, task) => n + task.ops.length, 0);
  return {
    operations: program.setup.length + concurrent,
    tasks: program.tasks.length,
    concurrent,
    faults: program.faults.budget + program.faults.sites.length,
    topology: topologySize(program),
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

const lists = ['processes', 'groups', 'iommus', 'devices'] as const;

/** Objects by how much there is to say of each. */
function topologySize(program: AnyProgram): number {
  const named = lists.flatMap((list) => listOf(program, list));
  const handles = listOf(program, 'containers').length + listOf(program, 'kvms').length;
  const flags = Object.values(program.topology).filter((value) => value === true).length;
  return named.reduce((n, entry) => n + entrySize(entry), 2 * handles + flags);
}

/** Itself, its fields, and twice for what stands in lists: VMAs, reserved regions. */
function entrySize(entry: Entry): number {
  const inside = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return 0;
    return Array.isArray(value) ? 0 : Object.keys(value).length;
  };
  const counted = (field: string) => ((entry[field] ?? []) as readonly unknown[]).length;
  const fields = 1 + Object.keys(entry).length;
  const parts = Object.values(entry).reduce<number>((n, value) => n + inside(value), 0);
  return fields + parts + 2 * (counted('vmas') + counted('reserved'));
}

function valuesSize(program: AnyProgram): number {
  const page = 2 ** pageShiftOf(program);
  const vmas = listOf(program, 'processes').flatMap((_, p) => vmasOf(program, p));
  const spans = vmas.reduce((n, v) => n + v.end / page + (v.pageShift ?? 0), 0);
  return opsOf(program).reduce((n, op) => n + magnitude(op, page), spans);
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
