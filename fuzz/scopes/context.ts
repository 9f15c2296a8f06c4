// What a scope is made over: a host with a setup and refusals, and the operations of which programs are
// made on it. The programs themselves are enumerated in programs.ts.

import type { AnyOp, AnyProgram } from '../../engine/program.ts';
import type { Subsystem } from '../../engine/subsystems.ts';

export interface ScopeContext {
  readonly id: string;
  readonly subsystem: Subsystem;
  /** Of each process that has tasks, one task that holds all operations of its vocabulary, once. */
  readonly whole: AnyProgram;
  /** The bundled scenarios that its programs are to include; none of a context written by hand. */
  readonly scenarios: readonly string[];
  /** Revisions whose user space has no such programs. */
  readonly notOn?: readonly string[];
}

/** One operation that tasks of a process may have. */
export interface Letter {
  readonly process: number;
  readonly op: AnyOp;
}

export function vocabularyOf({ whole }: ScopeContext): readonly Letter[] {
  return whole.tasks.flatMap(({ process, ops }) => ops.map((op) => ({ process, op })));
}

/** The one task of each process that a context has for a list of letters, in order of first use. */
export function tasksFor(letters: readonly Letter[]): AnyProgram['tasks'] {
  const byProcess = new Map<number, Map<string, AnyOp>>();
  for (const { process, op } of letters) {
    const known = byProcess.get(process) ?? new Map<string, AnyOp>();
    byProcess.set(process, known);
    if (!known.has(keyOf(op))) known.set(keyOf(op), op);
  }
  return [...byProcess].map(([process, ops]) => ({ process, ops: [...ops.values()] }));
}

/** Equal for values that are equal as JSON, whatever the order in which their fields were written. */
export function keyOf(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}

/** The context with so many refusals in a run, where it has places for any. */
export function withFaults(context: ScopeContext, budget: number | null): ScopeContext {
  const { whole } = context;
  if (budget === null || whole.faults.sites.length === 0) return context;
  const faults = { budget, sites: budget === 0 ? [] : whole.faults.sites };
  return { ...context, whole: { ...whole, faults } };
}
