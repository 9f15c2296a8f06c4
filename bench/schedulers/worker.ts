// A worker thread of the comparison: one scheduler on one defect at a time.

import { parentPort } from 'node:worker_threads';
import { compare, type CompareJob } from './compare.ts';

parentPort?.on('message', ({ index, job }: { index: number; job: CompareJob }) => {
  try {
    parentPort?.postMessage({ index, result: compare(job) });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    parentPort?.postMessage({ index, error: `${job.scheduler} on ${job.defect}: ${text}` });
  }
});
