// A worker thread of `check --scope`.

import { parentPort } from 'node:worker_threads';
import { doScopeWork, type ScopeWork } from './work.ts';

parentPort?.on('message', ({ index, job }: { index: number; job: ScopeWork }) => {
  try {
    parentPort?.postMessage({ index, result: doScopeWork(job) });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    parentPort?.postMessage({ index, error: `${nameOf(job)}: ${text}` });
  }
});

function nameOf(job: ScopeWork): string {
  if ('defect' in job) return job.defect;
  if (!('shape' in job)) return `${job.suspect.property} (${job.suspect.key})`;
  return `${job.context}, programs ${job.from} to ${job.to} of shape ${job.shape.join(', ')}`;
}
