// How the contexts that are written by hand are made: one process, and at most one refusal in a run.

import type { Program } from '../../../engine/program.ts';
import { type Subsystem, systemOf } from '../../../engine/subsystems.ts';
import { type ScopeContext, tasksFor } from '../context.ts';

type Op = Program['setup'][number];

export interface Rich {
  /** After `scope/`. */
  readonly id: string;
  readonly topology: Program['topology'];
  readonly setup: readonly Op[];
  readonly ops: readonly Op[];
  readonly refuse?: readonly string[];
  readonly notOn?: readonly string[];
}

export function rich(subsystem: Subsystem, contexts: readonly Rich[]): ScopeContext[] {
  return contexts.map(({ id, topology, setup, ops, refuse = [], notOn }) => ({
    id: `scope/${id}`,
    subsystem,
    whole: {
      system: systemOf[subsystem],
      topology,
      setup,
      tasks: tasksFor(ops.map((op) => ({ process: 0, op }))),
      faults: { budget: refuse.length === 0 ? 0 : 1, sites: refuse },
    },
    scenarios: [],
    ...(notOn && { notOn }),
  }));
}
