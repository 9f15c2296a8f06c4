// A worker thread of `check`: one scenario on one engine at a time.

import { parentPort } from 'node:worker_threads';
import { type CheckJob, runCheckJob } from './checkService.ts';

parentPort?.on('message', ({ index, job }: { index: number; job: CheckJob }) => {
  try {
    parentPort?.postMessage({ index, result: runCheckJob(job) });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    parentPort?.postMessage({ index, error: `${nameOf(job)}: ${text}` });
  }
});

function nameOf(job: CheckJob): string {
  const engines = job.type === 'search' ? job.engines : job.shown.map((s) => s.engine);
  return `${engines.map((e) => e.revision).join(', ')}, ${job.scenario}`;
}
