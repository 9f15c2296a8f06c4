// Hands the work of scopes to threads.

import { builtScript } from '../package.ts';
import { runJobs } from '../pool.ts';
import { doScopeWork, type ScopeDone, type ScopeWork } from './work.ts';

export interface Threads {
  readonly workers: number;
  readonly signal: AbortSignal;
}

/** Results in the order of the jobs; `onResult` is told of each as soon as those before it are there. */
export function runScopeWork<R extends ScopeDone>(
  jobs: readonly ScopeWork[],
  { workers, signal }: Threads,
  onResult: (result: R, index: number) => void,
): Promise<R[]> {
  return runJobs<ScopeWork, R>(jobs, {
    workers,
    script: builtScript('fuzz/scopes/worker'),
    here: (job) => doScopeWork(job) as R,
    signal,
    onResult,
  });
}
