// What an exhaustive search is asked and what it answers.

import type { Executor, Violation } from '../../engine/runtime/index.ts';
import type { Decision } from './judge.ts';
import type { Condition, Reduction } from './reductions.ts';

export interface SearchOptions {
  /** States after which the search gives up (`complete` is false). */
  readonly maxStates: number;
  /** Steps of one run after which it is cut off (`complete` is false). */
  readonly maxDepth: number;
  /** Preemptions a run may have: switches away from a task that could have gone on. */
  readonly preemptions: number;
  /** What may be left out of the search. Default: nothing; ignored under a preemption bound. */
  readonly reductions?: readonly Reduction[];
  /** A condition not to heed: for tests of the others. */
  readonly without?: Condition;
  /**
   * Go on behind a race and behind a quiescent state that was judged wrong, too. Default: only where
   * something is left out of the search, which rests on it; else such a state is the end of its runs.
   */
  readonly beyond?: boolean;
  /** Told of each violation with the decisions that led to it; answers whether to go on searching. */
  readonly onViolation: (violation: Violation, decisions: Decision[]) => boolean;
  /**
   * Told of every quiescent state before it is judged, with the two lanes of its fingerprint: of the
   * least of its renamings, where alike tasks may be renamed.
   */
  readonly onQuiescent?: (executor: Executor, lane1: number, lane2: number) => void;
  /** Told now and then (every 2^14 states). */
  readonly onProgress?: (states: number, depth: number) => void;
}

export interface SearchResult {
  /** Distinct states met and stored. */
  readonly states: number;
  /** Quiescent states put together from those of parts that were searched apart. */
  readonly assembled: number;
  /** Steps taken. */
  readonly transitions: number;
  readonly quiescentStates: number;
  readonly finalStates: number;
  readonly maxDepth: number;
  readonly violations: number;
  /** Nothing was cut off: within the preemption bound, the whole space was seen. */
  readonly complete: boolean;
  readonly bytesPerState: number;
  readonly collisionProbability: number;
}

/** Whether a reduction is in force. None is sound under a bound on preemptions. */
export function reduces(options: SearchOptions, name: Reduction): boolean {
  const bounded = options.preemptions !== Number.POSITIVE_INFINITY;
  return !bounded && options.reductions?.includes(name) === true;
}
