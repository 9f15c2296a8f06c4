// Jobs on this thread: in order, told of each result, and over when the caller says so.

import { expect, test } from 'vitest';
import { runJobs } from './pool.ts';

const script = null;

test('without a built script to start a thread from, jobs run here in their order', async () => {
  const told: string[] = [];
  const results = await runJobs([3, 1, 2], {
    workers: 2,
    script,
    here: (n: number) => n * 10,
    signal: new AbortController().signal,
    onStart: (index) => told.push(`start ${index}`),
    onResult: (result, index) => told.push(`${index}: ${result}`),
  });
  expect(results).toEqual([30, 10, 20]);
  expect(told).toEqual(['start 0', '0: 30', 'start 1', '1: 10', 'start 2', '2: 20']);
});

test('what is told of a job comes before its result', async () => {
  const told: string[] = [];
  await runJobs([3, 1], {
    workers: 1,
    script,
    here: (n: number, tell: (news: string) => void) => {
      tell(`half of ${n}`);
      return n;
    },
    signal: new AbortController().signal,
    onNews: (news, index) => told.push(`${index}: ${news}`),
    onResult: (result, index) => told.push(`${index}: ${result}`),
  });
  expect(told).toEqual(['0: half of 3', '0: 3', '1: half of 1', '1: 1']);
});

test('an abort ends the list after the job under way', async () => {
  const abort = new AbortController();
  const here = (n: number) => {
    if (n === 2) abort.abort();
    return n;
  };
  const options = { workers: 1, script, here, signal: abort.signal, onResult: () => {} };
  expect(await runJobs([1, 2, 3], options)).toEqual([1, 2]);
});
