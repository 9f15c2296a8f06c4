// A scope that is interrupted and gone on with ends in the same answer; so does one whose jobs are done
// in any order on hosts of their own, as several threads do them.

import { expect, test } from 'vitest';
import { canonicalJson } from '../finding/index.ts';
import { type CheckpointError, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { contextsOf, jobsOf, type ScopePlan } from './plan.ts';
import { Programs } from './programs.ts';
import type { ScopeAnswer, ScopeProgress } from './scope.ts';
import { Hosts, type JobResult, runScopeJob } from './search.ts';
import { scopeService } from './service.ts';
import { added, type Tallies } from './tally.ts';

const plan: ScopePlan = {
  engine: { revision: 'reference', deltas: ['L1'] },
  subsystems: ['registration'],
  contexts: ['map-remove', 'two-containers-one-region', 'attach-attach'],
  tasks: 2,
  operations: 1,
  vocabulary: 'full',
  faults: null,
  reductions: [],
  maxStates: 1_000_000,
};

async function answer(from: ScopeProgress | null = null, jobs = Number.POSITIVE_INFINITY) {
  const abort = new AbortController();
  let progress = from;
  let left = jobs;
  const events = {
    progress: (at: { readonly progress: ScopeProgress }) => {
      progress = at.progress;
      if (--left === 0) abort.abort();
    },
  };
  const result = await scopeService('0.1.0').scope(plan, 1, from, events, abort.signal);
  return { result, progress: progress as ScopeProgress };
}

const text = (result: ScopeAnswer) => canonicalJson(result);

test('killed in the middle and resumed from its checkpoint: the same bytes', async () => {
  const whole = await answer();
  expect(whole.result).toMatchObject({ finished: true, verdict: 'violated', cut: 0, unshrunk: [] });
  expect(whole.result.found.map((f) => f.finding.property)).toContain('use-after-free');
  const first = await answer(null, 3);
  expect(first.result).toMatchObject({ finished: false, found: [] });
  expect(first.progress.jobsDone).toBe(3);
  const file = writeCheckpoint(plan, first.progress, '0.1.0');
  const second = await answer(readCheckpoint(file, plan, '0.1.0'), 2);
  expect(second.progress.jobsDone).toBe(5);
  const again = writeCheckpoint(plan, second.progress, '0.1.0');
  const third = await answer(readCheckpoint(again, plan, '0.1.0'));
  expect(text(third.result)).toBe(text(whole.result));
  // One that was done already is only told again.
  expect(text((await answer(whole.progress)).result)).toBe(text(whole.result));
});

test('interrupted while failures are being shrunk: violated all the same', async () => {
  const { progress } = await answer();
  const { result } = await answer(null, progress.jobsDone);
  expect(result).toMatchObject({ finished: true, verdict: 'violated', found: [] });
  expect(result.unshrunk.map(({ property }) => property)).toContain('use-after-free');
});

test('jobs in any order on hosts of their own: the same tallies', async () => {
  const contexts = new Map(contextsOf(plan).map((c) => [c.id, c]));
  const programs = new Map([...contexts].map(([id, c]) => [id, new Programs(c)]));
  const jobs = jobsOf(plan, programs);
  const results = new Map<number, JobResult>();
  for (const [i, job] of [...jobs.entries()].reverse()) {
    const context = contexts.get(job.context)!;
    results.set(i, runScopeJob(job, new Programs(context), new Hosts(context, plan)));
  }
  const tallies = jobs.reduce<Tallies>((sum, job, i) => added(sum, job, results.get(i)!), []);
  expect(tallies).toEqual((await answer()).progress.tallies);
});

test('a checkpoint of anything else is refused, and so is one that was changed', async () => {
  const { progress } = await answer(null, 2);
  const file = writeCheckpoint(plan, progress, '0.1.0');
  const refusal = (of: string, on = plan, version = '0.1.0') => {
    try {
      readCheckpoint(of, on, version);
    } catch (error) {
      return (error as CheckpointError).message;
    }
    return null;
  };
  expect([
    refusal(file),
    refusal(file, { ...plan, tasks: 3 }),
    refusal(file, { ...plan, engine: { revision: 'reference', deltas: [] } }),
    refusal(file, plan, '0.2.0'),
    refusal(file.replace('"jobsDone": 2', '"jobsDone": 3')),
    refusal(file.slice(0, 100)),
    refusal('{}'),
  ]).toMatchInlineSnapshot(`
    [
      null,
      "it is of another search: tasks is 2 there and 3 here",
      "it is of another search: engine is {"deltas":["L1"],"revision":"reference"} there and {"revision":"reference","deltas":[]} here",
      "it is of another search: toolVersion is 0.1.0 there and 0.2.0 here",
      "its checksum is wrong: it was cut off or changed",
      "it is no checkpoint of a scope",
      "it is no checkpoint of a scope",
    ]
  `);
});
