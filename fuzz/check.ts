// The work of `iommucheck check` as commands and reports see it: which scenarios on which engines, and
// what came of each.

import type { EngineRef } from './catalogue.ts';
import type { Finding } from './finding/index.ts';

/**
 * Every scenario on every engine that it says something about, in this order, whatever the number of
 * workers.
 */
export interface CheckPlan {
  readonly engines: readonly EngineRef[];
  /** Ids of scenarios. */
  readonly scenarios: readonly string[];
  /** They were asked for by name: the reference with a defect of whatever subsystem runs them. */
  readonly named?: boolean;
  /** States after which the search of one scenario gives up: inconclusive. */
  readonly maxStates: number;
  readonly workers: number;
}

export interface SearchFigures {
  readonly states: number;
  readonly transitions: number;
  readonly finalStates: number;
  readonly maxDepth: number;
}

export type Verdict = 'holds' | 'violated' | 'inconclusive';

/** One violation, shrunk; the same property and key once an engine. */
export interface Found {
  readonly finding: Finding;
  /** The deltas without which it disappears, where that is known. */
  readonly causes: readonly string[];
}

/** One scenario on one engine. */
export interface CheckItem {
  readonly engine: EngineRef;
  readonly scenario: string;
  readonly verdict: Verdict;
  /** Which bound was hit, if the verdict is inconclusive. */
  readonly reason: string | null;
  /** Ids of all properties that it violates there; `found` tells each failure once an engine. */
  readonly violated: readonly string[];
  readonly found: readonly Found[];
  readonly figures: SearchFigures;
}

export interface CheckEvents {
  /** Now and then: what is being searched and how far it got. */
  progress(at: {
    readonly engine: EngineRef;
    readonly scenario: string;
    readonly states: number;
    readonly itemsDone: number;
    readonly items: number;
  }): void;
  /** In the order of the plan. */
  done(item: CheckItem): void;
}

export interface CheckService {
  /** After `signal` aborts, the item under way is finished and what is done is returned. */
  check(plan: CheckPlan, events: CheckEvents, signal: AbortSignal): Promise<readonly CheckItem[]>;
}
