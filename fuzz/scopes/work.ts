// What a thread does for a scope: one job after another. Enumerations are kept between jobs of one
// context; nothing of that shows in the results.

import type { Found } from '../check.ts';
import type { ScopeContext } from './context.ts';
import { type ExplainJob, explainSuspect } from './explain.ts';
import { contextsOf, type ScopeJob } from './plan.ts';
import { Programs } from './programs.ts';
import { Hosts, type JobNews, type JobResult, runScopeJob } from './search.ts';
import { type SmallestScope, smallestScope } from './smallestScope.ts';

/** A defect whose smallest scope is looked for. */
export interface DefectJob {
  readonly defect: string;
}

export type ScopeWork = ScopeJob | ExplainJob | DefectJob;

/** What jobs of one context and plan share. */
interface Kept {
  readonly key: string;
  readonly programs: Programs;
  readonly context: ScopeContext;
}

let kept: Kept | null = null;

export type ScopeDone = JobResult | readonly Found[] | SmallestScope;

export function doScopeWork(job: ScopeWork, tell: (news: JobNews) => void): ScopeDone {
  if ('defect' in job) return smallestScope(job.defect);
  if (!('shape' in job)) return explainSuspect(job);
  const { context, programs } = keptFor(job);
  // Hosts of its own: what reductions leave out depends on what a host has learnt of its operations,
  // and the counts of a job must not depend on which other jobs its thread has done.
  return runScopeJob(job, programs, new Hosts(context, job.plan), tell);
}

function keptFor({ plan, context: id }: ScopeJob): Kept {
  const key = JSON.stringify([id, plan.engine, plan.faults, plan.vocabulary]);
  if (kept?.key === key) return kept;
  const context = contextsOf(plan).find((c) => c.id === id) as ScopeContext;
  kept = { key, context, programs: new Programs(context) };
  return kept;
}
