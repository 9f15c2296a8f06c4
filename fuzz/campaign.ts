// The work of `iommucheck fuzz` as commands and reports see it: random programs under random
// schedules. Without a time budget, equal plans give equal reports; a budget decides only how many
// runs there are.

import type { Subsystem } from '../engine/subsystems.ts';
import type { EngineRef } from './catalogue.ts';
import type { Found } from './check.ts';

/** What they are is said in fuzz/schedulers/; `mix` takes turns. */
export const schedulerNames = ['guided', 'pos', 'pct', 'pb', 'random', 'mix'] as const;
export type SchedulerName = (typeof schedulerNames)[number];

/** docs/DECISIONS.md 14 says why, with figures from docs/SCHEDULERS.md. */
export const defaultScheduler: SchedulerName = 'guided';

export interface CampaignPlan {
  readonly engines: readonly EngineRef[];
  readonly seed: string;
  /** Runs on each engine; Infinity where only the budget ends it. */
  readonly runs: number;
  /** Asked between runs: whether the time is over. The clock is the caller's. */
  readonly expired: () => boolean;
  readonly scheduler: SchedulerName;
  /** Programs of these, in turn, as far as the engine is about them. Default: all that there are. */
  readonly subsystems?: readonly Subsystem[];
}

/** What came of one engine. */
export interface CampaignItem {
  readonly engine: EngineRef;
  readonly runs: number;
  readonly steps: number;
  /** Runs that were cut off by a bound. */
  readonly inconclusive: number;
  readonly found: readonly Found[];
}

export interface CampaignEvents {
  progress(at: {
    readonly engine: EngineRef;
    readonly runs: number;
    readonly steps: number;
    readonly found: number;
  }): void;
  /** A failure that is new by property and key, shrunk. */
  found(engine: EngineRef, found: Found): void;
}

export interface CampaignService {
  /** After `signal` aborts, the run under way is finished and what is done is returned. */
  fuzz(
    plan: CampaignPlan,
    events: CampaignEvents,
    signal: AbortSignal,
  ): Promise<readonly CampaignItem[]>;
}
