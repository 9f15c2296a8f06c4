// The worker's side of pool.ts: takes jobs, tells how far it got with them, and answers.

import { parentPort } from 'node:worker_threads';

/** What a thread says of a job. */
export type Message<R, N> = { readonly index: number } & (
  | { readonly result: R }
  | { readonly news: N }
  | { readonly error: string }
);

/** Serves the pool that has started this thread; `nameOf` is for errors. */
export function serve<J>(
  perform: (job: J, tell: (news: unknown) => void) => unknown,
  nameOf: (job: J) => string,
): void {
  const post = (message: Message<unknown, unknown>) => parentPort?.postMessage(message);
  parentPort?.on('message', ({ index, job }: { readonly index: number; readonly job: J }) => {
    try {
      post({ index, result: perform(job, (news) => post({ index, news })) });
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      post({ index, error: `${nameOf(job)}: ${text}` });
    }
  });
}
