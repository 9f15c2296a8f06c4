// Runs jobs of a list on worker threads and hands results over in the order of the list. Workers
// share nothing; with one worker, or where there is no built script to start a thread from, the jobs
// run here.

import { Worker } from 'node:worker_threads';
import type { Message } from './poolWorker.ts';

/** `N`: what is told of a job while it is under way. */
export interface PoolOptions<J, R, N = never> {
  readonly workers: number;
  /** A built script that serves jobs (poolWorker.ts); null: there is none. */
  readonly script: URL | null;
  /** The same work on this thread. */
  readonly here: (job: J, tell: (news: N) => void) => R;
  readonly signal: AbortSignal;
  /** Told of every result, in the order of the jobs. */
  readonly onResult: (result: R, index: number) => void;
  readonly onStart?: (index: number) => void;
  /** In no order. */
  readonly onNews?: (news: N, index: number) => void;
}

export async function runJobs<J, R, N = never>(
  jobs: readonly J[],
  options: PoolOptions<J, R, N>,
): Promise<R[]> {
  const order = new InOrder<R>(options.onResult);
  const workers = Math.min(options.workers, jobs.length);
  const { script } = options;
  if (workers <= 1 || script === null) await runHere(jobs, options, order);
  else await runThreads(jobs, script, workers, options, order);
  return order.results;
}

/** Keeps results until those before them have come. */
class InOrder<R> {
  readonly results: R[] = [];
  private readonly waiting = new Map<number, R>();
  private readonly deliver: (result: R, index: number) => void;

  constructor(deliver: (result: R, index: number) => void) {
    this.deliver = deliver;
  }

  add(index: number, result: R): void {
    this.waiting.set(index, result);
    for (;;) {
      const next = this.results.length;
      const ready = this.waiting.get(next);
      if (ready === undefined) return;
      this.waiting.delete(next);
      this.results.push(ready);
      this.deliver(ready, next);
    }
  }
}

async function runHere<J, R, N>(
  jobs: readonly J[],
  options: PoolOptions<J, R, N>,
  order: InOrder<R>,
): Promise<void> {
  for (const [index, job] of jobs.entries()) {
    if (options.signal.aborted) return;
    options.onStart?.(index);
    const result = options.here(job, (news) => options.onNews?.(news, index));
    order.add(index, result);
    // Lets signals and output through between two jobs.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function runThreads<J, R, N>(
  jobs: readonly J[],
  script: URL,
  count: number,
  options: PoolOptions<J, R, N>,
  order: InOrder<R>,
): Promise<void> {
  let next = 0;
  const threads = Array.from({ length: count }, () => new Worker(script));
  try {
    await Promise.all(threads.map((thread) => serve(thread)));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }

  function serve(thread: Worker): Promise<void> {
    return new Promise((resolve, reject) => {
      const give = () => {
        if (next >= jobs.length || options.signal.aborted) return resolve();
        options.onStart?.(next);
        thread.postMessage({ index: next, job: jobs[next++] });
      };
      thread.on('message', (message: Message<R, N>) => {
        if ('news' in message) return options.onNews?.(message.news, message.index);
        if ('error' in message) return reject(new Error(message.error));
        order.add(message.index, message.result);
        give();
      });
      thread.on('error', reject);
      give();
    });
  }
}
