// What a scope is: every program of at most T tasks of at most K operations each over each of its
// contexts; and the jobs into which the work is cut. The jobs are a function of the plan alone.

import { subsystems, type Subsystem } from '../../engine/subsystems.ts';
import type { EngineRef } from '../catalogue.ts';
import type { Reduction } from '../explore/reductions.ts';
import { type Shape, shapes } from '../programs.ts';
import { type ScopeContext, withFaults } from './context.ts';
import { contextsIn, type VocabularySize } from './contexts.ts';
import type { Programs } from './programs.ts';

/** Everything that decides what is found; how many workers find it does not. */
export interface ScopePlan {
  readonly engine: EngineRef;
  readonly subsystems: readonly Subsystem[];
  /** Ids; empty: all of the subsystems. */
  readonly contexts: readonly string[];
  readonly tasks: number;
  /** Of each task. */
  readonly operations: number;
  readonly vocabulary: VocabularySize;
  /** Refusals in a run, where a context has places for any; null: as many as each context says. */
  readonly faults: number | null;
  readonly reductions: readonly Reduction[];
  /** States after which the search of one program gives up: inconclusive. */
  readonly maxStates: number;
}

/** Programs of one shape over one context, by their indices: `from` up to and without `to`. */
export interface ScopeJob {
  readonly plan: ScopePlan;
  readonly context: string;
  readonly shape: Shape;
  readonly from: number;
  readonly to: number;
}

/** Smallest first: by operations, then by tasks. */
export function shapesWithin(tasks: number, operations: number): Shape[] {
  const all: Shape[] = [];
  for (let n = 1; n <= tasks * operations; n++)
    for (let t = 1; t <= Math.min(n, tasks); t++)
      for (const shape of shapes(n, t)) if ((shape[0] as number) <= operations) all.push(shape);
  return all;
}

/** In the order of the subsystems. */
export function contextsOf(plan: ScopePlan): ScopeContext[] {
  return contextsIn(plan.vocabulary)
    .filter((c) => plan.subsystems.includes(c.subsystem))
    .filter((c) => plan.contexts.length === 0 || plan.contexts.includes(c.id))
    .filter((c) => c.notOn?.includes(plan.engine.revision) !== true)
    .sort((a, b) => subsystems.indexOf(a.subsystem) - subsystems.indexOf(b.subsystem))
    .map((c) => withFaults(c, plan.faults));
}

export function jobsOf(plan: ScopePlan, programs: ReadonlyMap<string, Programs>): ScopeJob[] {
  const within = shapesWithin(plan.tasks, plan.operations);
  return contextsOf(plan).flatMap(({ id }) =>
    within.flatMap((shape) => {
      const count = (programs.get(id) as Programs).count(shape);
      const size = jobSize(shape);
      return Array.from({ length: Math.ceil(count / size) }, (_, i): ScopeJob => {
        const from = i * size;
        return { plan, context: id, shape, from, to: Math.min(count, from + size) };
      });
    }),
  );
}

/**
 * So that a job is a matter of seconds, and of minutes at most: runs grow with a power of the
 * operations. What a host has learnt of them must serve for many programs, but those of more than six
 * operations take so long that they pay for it soon.
 */
function jobSize(shape: Shape): number {
  const operations = shape.reduce((sum, n) => sum + n, 0);
  if (operations > 6) return Math.max(1, 2 ** (19 - 2 * operations));
  return Math.max(128, 2 ** (16 - 2 * operations));
}
