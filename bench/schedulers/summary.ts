// What the counts say of each scheduler, and which one is to be the default.

import type { SchedulerName } from '../../fuzz/campaign.ts';
import type { Compared } from './compare.ts';

export interface Summary {
  readonly scheduler: SchedulerName;
  readonly found: number;
  /** Geometric mean over the defects of the hits in 10 000 runs. */
  readonly rate: number;
  /** The same of the runs, and of the time, until a first hit is to be expected. */
  readonly runsToHit: number;
  readonly timeToHitMs: number;
  readonly stepsPerRun: number;
  readonly timePerRunMs: number;
}

/** What is never hit counts as half a hit: less than any that is, and not nothing. */
const rateOf = ({ hits, runs }: Compared) => Math.max(hits, 0.5) / runs;

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const geometricMean = (values: readonly number[]) => Math.exp(mean(values.map(Math.log)));

export function summarise(all: readonly Compared[]): Summary[] {
  return [...new Set(all.map((c) => c.scheduler))].map((scheduler) => {
    const mine = all.filter((c) => c.scheduler === scheduler);
    const rate = geometricMean(mine.map(rateOf));
    return {
      scheduler,
      found: mine.filter(({ hits }) => hits > 0).length,
      rate: rate * 1e4,
      runsToHit: 1 / rate,
      timeToHitMs: geometricMean(mine.map((c) => c.timeMs / rateOf(c))),
      stepsPerRun: mean(mine.map((c) => c.steps / c.runs)),
      timePerRunMs: mean(mine.map((c) => c.timeMs)),
    };
  });
}

/** Who misses the fewest defects; among those, whoever needs the least time. */
export function best(summaries: readonly Summary[]): Summary {
  return summaries.reduce((a, b) =>
    b.found > a.found || (b.found === a.found && b.timeToHitMs < a.timeToHitMs) ? b : a,
  );
}
