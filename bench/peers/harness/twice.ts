// Two processes at once against one alone, on the same work each: how much more is done in the same time.

import { join } from 'node:path';
import type { Workload } from '../../workload/known.ts';
import type { Configuration, Job } from '../peer.ts';
import {
  buildOnce,
  type Failed,
  type Limits,
  orFailed,
  prepare,
  read,
  type Unfinished,
} from './cell.ts';
import { type Ended, runProcess } from './process.ts';
import { median, repeat, type Repeated } from './repeat.ts';

export interface Scaled {
  readonly kind: 'scaled';
  readonly oneMs: number;
  readonly twoMs: number;
  /** Work done by two processes in the time of one: 2 is the best. */
  readonly gain: number;
  readonly cpuMs: number;
  readonly repeats: number;
  readonly others: number | null;
}

export async function measureTwice(
  configuration: Configuration,
  workload: Workload,
  folder: string,
  limits: Limits,
): Promise<Scaled | Unfinished | Failed> {
  return orFailed<Scaled | Unfinished>(async () => {
    const job = configuration.job(workload);
    // Each in a folder of its own: some write files under fixed names.
    const folders = [join(folder, 'one'), join(folder, 'two')];
    for (const each of folders) {
      prepare(job, each);
      await buildOnce(job.build ?? [], each, limits.capMs);
    }
    const patience = { ...limits, repeats: Math.min(limits.repeats, limits.repeatsOfLong) };
    const one = await repeat(patience, (i) => together(job, folders.slice(0, 1), i, limits.capMs));
    const two = await repeat(patience, (i) => together(job, folders, i, limits.capMs));
    const overdue = [...one.runs, ...two.runs].flat().some((ended) => ended.overdue);
    return overdue ? { kind: 'unfinished', capMs: limits.capMs } : scaled(one, two);
  });
}

async function together(job: Job, folders: readonly string[], index: number, capMs: number) {
  const run = await Promise.all(folders.map((folder) => runProcess(job.run(index), folder, capMs)));
  for (const ended of run) read(job, ended);
  return { run, last: run.some(({ overdue }) => overdue) };
}

type Group = readonly Ended[];

function scaled(one: Repeated<Group>, two: Repeated<Group>): Scaled {
  const longest = (runs: readonly Group[]) =>
    median(runs.map((group) => Math.max(...group.map(({ wallMs }) => wallMs))));
  const [oneMs, twoMs] = [longest(one.runs), longest(two.runs)];
  return {
    kind: 'scaled',
    oneMs,
    twoMs,
    gain: (2 * oneMs) / twoMs,
    cpuMs: two.cpuMs,
    repeats: two.runs.length,
    others: one.others === null ? null : Math.max(one.others, two.others ?? 0),
  };
}
