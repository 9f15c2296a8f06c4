// Measures one cell of the table: one configuration on one workload, or two of it at once.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workload } from '../../workload/known.ts';
import type { Answer, Command, Configuration, Job } from '../peer.ts';
import { complaints } from '../verify.ts';
import { type Ended, Failure, runProcess } from './process.ts';
import { median, type Patience, repeat, type Repeated } from './repeat.ts';

export interface Measured {
  readonly kind: 'measured';
  readonly answer: Answer;
  /** What is wrong with the answers; empty if they are as known. */
  readonly wrong: readonly string[];
  readonly wallMs: number;
  /** Of generating and compiling the model, where that is a step of its own. */
  readonly buildMs: number | null;
  readonly cpuMs: number;
  readonly rssMb: number | null;
  readonly repeats: number;
  readonly others: number | null;
}

export interface Unfinished {
  readonly kind: 'unfinished';
  readonly capMs: number;
}

export interface Failed {
  readonly kind: 'failed';
  readonly why: string;
}

export type Outcome = Measured | Unfinished | Failed;

export interface Limits extends Patience {
  /** Of one run. */
  readonly capMs: number;
}

interface Run {
  readonly ended: Ended;
  readonly answer: Answer | null;
}

export async function measureCell(
  configuration: Configuration,
  workload: Workload,
  folder: string,
  limits: Limits,
): Promise<Outcome> {
  return orFailed<Outcome>(async () => {
    const job = configuration.job(workload);
    prepare(job, folder);
    const builds = await build(job, folder, limits);
    const repeated = await repeat(limits, async (index) => {
      const ended = await runProcess(job.run(index), folder, limits.capMs);
      return { run: { ended, answer: read(job, ended) }, last: ended.overdue };
    });
    if (repeated.runs.some(({ ended }) => ended.overdue))
      return { kind: 'unfinished', capMs: limits.capMs };
    return measured(configuration, workload, repeated, builds);
  });
}

export async function orFailed<T>(measure: () => Promise<T>): Promise<T | Failed> {
  try {
    return await measure();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { kind: 'failed', why: error.message };
  }
}

export function prepare(job: Job, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(job.files ?? {}))
    writeFileSync(join(folder, name), text);
}

/** Null where there is nothing to build. */
async function build(job: Job, folder: string, limits: Limits): Promise<Repeated<number> | null> {
  const commands = job.build ?? [];
  if (commands.length === 0) return null;
  // Long, and beside the point: once each, disturbed or not.
  const repeats = Math.min(limits.repeats, limits.repeatsOfLong);
  return repeat({ ...limits, repeats, attempts: 1 }, async () => ({
    run: await buildOnce(commands, folder, limits.capMs),
    last: false,
  }));
}

export async function buildOnce(
  commands: readonly Command[],
  folder: string,
  capMs: number,
): Promise<number> {
  let wallMs = 0;
  for (const command of commands) {
    const ended = await runProcess(command, folder, capMs);
    const { output } = ended;
    if (output.code !== 0) throw new Failure(`${command.file} failed: ${lastLine(output.stderr)}`);
    wallMs += ended.wallMs;
  }
  return wallMs;
}

export function read(job: Job, { output, overdue }: Ended): Answer | null {
  if (overdue) return null;
  try {
    return job.read(output);
  } catch (error) {
    const said = lastLine(output.stderr);
    const code = output.code === null ? 'it was killed' : `exit code ${output.code}`;
    throw new Failure(`${(error as Error).message} (${code}${said && `: ${said}`})`);
  }
}

const lastLine = (text: string) => text.trim().split('\n').at(-1)?.trim().slice(0, 120) ?? '';

function measured(
  configuration: Configuration,
  workload: Workload,
  { runs, cpuMs, others }: Repeated<Run>,
  builds: Repeated<number> | null,
): Measured {
  const answers = runs.flatMap(({ answer }) => answer ?? []);
  const samples = runs.flatMap(({ ended, answer }) => answer?.rssMb ?? ended.rssMb ?? []);
  return {
    kind: 'measured',
    answer: middle(answers),
    wrong: [...new Set(answers.flatMap((answer) => complaints(configuration, workload, answer)))],
    wallMs: median(runs.map(({ ended }) => ended.wallMs)),
    buildMs: builds && median(builds.runs),
    cpuMs,
    rssMb: samples.length === 0 ? null : Math.max(...samples),
    repeats: runs.length,
    others,
  };
}

/** Answers of random peers differ: the one with the median counterexample stands for all. */
function middle(answers: readonly Answer[]): Answer {
  const sorted = answers.toSorted(
    (a, b) => (a.steps ?? 0) - (b.steps ?? 0) || (a.switches ?? 0) - (b.switches ?? 0),
  );
  return sorted[sorted.length >> 1] as Answer;
}
