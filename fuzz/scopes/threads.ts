// Hands the work of scopes to threads.

import { builtScript } from '../package.ts';
import { runJobs } from '../pool.ts';
import type { JobNews } from './search.ts';
import { doScopeWork, type ScopeDone, type ScopeWork } from './work.ts';

export interface Threads {
  readonly workers: number;
  readonly signal: AbortSignal;
}

export interface ScopeWorkEvents<R> {
  /** In the order of the jobs: of each as soon as those before it are there. */
  readonly onResult?: (result: R, index: number) => void;
  /** How far a job got that is under way. */
  readonly onNews?: (news: JobNews, index: number) => void;
}

/** Results in the order of the jobs. */
export function runScopeWork<R extends ScopeDone>(
  jobs: readonly ScopeWork[],
  { workers, signal }: Threads,
  { onResult = () => {}, onNews = () => {} }: ScopeWorkEvents<R> = {},
): Promise<R[]> {
  return runJobs<ScopeWork, R, JobNews>(jobs, {
    workers,
    script: builtScript('fuzz/scopes/worker'),
    here: (job, tell) => doScopeWork(job, tell) as R,
    signal,
    onResult,
    onNews,
  });
}
