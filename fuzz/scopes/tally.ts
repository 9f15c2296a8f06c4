// What a scope came to, context by context. Results are added in the order of the jobs, so that the
// same jobs give the same bytes whoever did them, and when.

import type { Shape } from '../programs.ts';
import type { ScopeJob } from './plan.ts';
import { type Failure, failureId, type JobResult } from './search.ts';

/** What programs of a context violate, and the first of them. */
export interface ContextFailure extends Omit<Failure, 'first'> {
  readonly shape: Shape;
  readonly index: number;
}

export interface ContextTally {
  readonly context: string;
  readonly programs: number;
  readonly states: number;
  readonly transitions: number;
  readonly cut: number;
  readonly collision: number;
  readonly failures: readonly ContextFailure[];
}

export type Tallies = readonly ContextTally[];

export function added(tallies: Tallies, { context, shape }: ScopeJob, result: JobResult): Tallies {
  const known = tallies.find((t) => t.context === context) ?? empty(context);
  const tally: ContextTally = {
    context,
    programs: known.programs + result.programs,
    states: known.states + result.states,
    transitions: known.transitions + result.transitions,
    cut: known.cut + result.cut,
    collision: known.collision + result.collision,
    failures: merged(known.failures, result, shape),
  };
  return [...tallies.filter((t) => t.context !== context), tally];
}

const empty = (context: string): ContextTally => ({
  context,
  programs: 0,
  states: 0,
  transitions: 0,
  cut: 0,
  collision: 0,
  failures: [],
});

function merged(known: ContextTally['failures'], { failures }: JobResult, shape: Shape) {
  const all = new Map(known.map((f) => [failureId(f), f]));
  for (const { first: index, ...failure } of failures) {
    const id = failureId(failure);
    const before = all.get(id);
    const programs = failure.programs + (before?.programs ?? 0);
    all.set(id, { ...(before ?? { ...failure, shape, index }), programs });
  }
  return [...all.values()];
}
