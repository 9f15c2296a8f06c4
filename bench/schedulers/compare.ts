// One scheduler on one defect: the runs are made as campaigns make them, with the same sanitizers, and
// what a scheduler has learnt is forgotten as often. Counts are functions of the job; only times vary.

import { DataRaces } from '../../engine/runtime/index.ts';
import type { SchedulerName } from '../../fuzz/campaign.ts';
import { schedulesPerProgram } from '../../fuzz/campaignService.ts';
import { derive } from '../../fuzz/rng.ts';
import { Runner } from '../../fuzz/run.ts';
import { Schedules } from '../../fuzz/schedules.ts';
import { type SeededDefect, seededDefects } from './defects.ts';

export interface CompareJob {
  /** The defect's name. */
  readonly defect: string;
  readonly scheduler: SchedulerName;
  readonly runs: number;
  readonly seed: string;
}

export interface Compared extends CompareJob {
  /** Runs that showed the defect; one that ended earlier, with something else, is none. */
  readonly hits: number;
  readonly steps: number;
  /** Of a run, in the batches that took least: other work on the machine does not count. */
  readonly timeMs: number;
}

export function compare(job: CompareJob): Compared {
  const defect = seededDefects.find(({ name }) => name === job.defect);
  if (defect === undefined) throw new Error(`there is no defect ${job.defect}`);
  const runner = new Runner(defect.boot(), { maxSteps: 20_000, observer: new DataRaces() });
  const times: number[] = [];
  let hits = 0;
  let steps = 0;
  for (let from = 0; from < job.runs; from += schedulesPerProgram) {
    const to = Math.min(from + schedulesPerProgram, job.runs);
    const schedules = new Schedules(job.scheduler);
    const begun = performance.now();
    for (let i = from; i < to; i++) {
      const run = runner.run(schedules.next(derive(job.seed, i)));
      steps += run.steps;
      if (shows(defect, run.violation)) hits++;
    }
    times.push((performance.now() - begun) / (to - from));
  }
  return { ...job, hits, steps, timeMs: undisturbed(times) };
}

/** The first decile. */
const undisturbed = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 10)] as number;

export const shows = (
  defect: SeededDefect,
  violation: { readonly property: string; readonly key: string } | null,
): boolean => violation?.property === defect.property && violation.key === defect.key;
