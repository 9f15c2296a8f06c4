// A scope from its plan to its answer: jobs are handed to threads and their results added up in the
// plan's order; then what the engine is to blame for is shrunk.

import type { Found } from '../check.ts';
import { answerOf } from './answer.ts';
import { Estimate } from './estimate.ts';
import { type ExplainJob, suspectsOf } from './explain.ts';
import { contextsOf, jobsOf, type ScopeJob, type ScopePlan } from './plan.ts';
import { Programs } from './programs.ts';
import type { ScopeEvents, ScopeProgress, ScopeService } from './scope.ts';
import type { JobNews, JobResult } from './search.ts';
import { added } from './tally.ts';
import { runScopeWork, type Threads } from './threads.ts';

/** Properties and keys that are shrunk; the others are named. */
const maxShrunk = 24;

export function scopeService(toolVersion: string): ScopeService {
  return {
    async scope(plan, workers, from, events, signal) {
      const contexts = contextsOf(plan);
      const programs = new Map(contexts.map((c) => [c.id, new Programs(c)]));
      const jobs = jobsOf(plan, programs);
      const threads = { workers, signal };
      const progress = await searched(jobs, from, events, threads);
      const finished = progress.jobsDone === jobs.length;
      const suspects = suspectsOf(progress.tallies, (id, shape, index) =>
        (programs.get(id) as Programs).at(shape, index),
      );
      const explained = finished
        ? await runScopeWork<readonly Found[]>(
            suspects.slice(0, maxShrunk).map((suspect) => explanation(plan, suspect, toolVersion)),
            threads,
          )
        : [];
      // Also where it was interrupted while they were being shrunk.
      const unshrunk = suspects.filter((_, i) => explained[i] === undefined);
      const behind = suspects.filter((_, i) => explained[i]?.length === 0);
      const { tallies } = progress;
      const found = explained.flat();
      return answerOf({ plan, contexts, programs, tallies, finished, found, unshrunk, behind });
    },
  };
}

const explanation = (
  { engine, maxStates }: ScopePlan,
  suspect: ExplainJob['suspect'],
  toolVersion: string,
): ExplainJob => ({ engine, maxStates, suspect, toolVersion });

async function searched(
  jobs: readonly ScopeJob[],
  from: ScopeProgress | null,
  events: ScopeEvents,
  threads: Threads,
): Promise<ScopeProgress> {
  let progress: ScopeProgress = from ?? { jobsDone: 0, tallies: [] };
  const ofPrograms = jobs.reduce((n, job) => n + job.to - job.from, 0);
  const skipped = progress.jobsDone;
  const estimate = new Estimate(jobs.slice(skipped));
  const underWay = new Map<number, JobNews>();
  const tell = ({ context }: ScopeJob) => {
    const began = sumOf(underWay.values());
    const done = sumOf(progress.tallies);
    events.progress({
      context,
      programs: done.programs + began.programs,
      ofPrograms,
      states: done.states + began.states,
      share: estimate.share(began.states),
      progress,
    });
  };
  await runScopeWork<JobResult>(jobs.slice(skipped), threads, {
    onNews: (news, i) => {
      underWay.set(i, news);
      tell(jobs[skipped + i] as ScopeJob);
    },
    onResult: (result, i) => {
      const job = jobs[skipped + i] as ScopeJob;
      underWay.delete(i);
      progress = { jobsDone: skipped + i + 1, tallies: added(progress.tallies, job, result) };
      estimate.add(job, result);
      tell(job);
    },
  });
  return progress;
}

function sumOf(all: Iterable<JobNews>): JobNews {
  const sum = { programs: 0, states: 0 };
  for (const { programs, states } of all) {
    sum.programs += programs;
    sum.states += states;
  }
  return sum;
}
