// `check --scope` as commands and reports see it: the answer, and what is told on the way.

import type { AnyOp, AnyProgram } from '../../engine/program.ts';
import type { Subsystem } from '../../engine/subsystems.ts';
import type { Found, Verdict } from '../check.ts';
import type { ScopePlan } from './plan.ts';
import type { ContextFailure, Tallies } from './tally.ts';

/** How far a scope got: the first jobs of the plan, and what they came to. */
export interface ScopeProgress {
  readonly jobsDone: number;
  readonly tallies: Tallies;
}

/** What was covered of one context, and what it came to. */
export interface ContextAnswer {
  readonly id: string;
  readonly subsystem: Subsystem;
  readonly topology: object;
  readonly setup: readonly AnyOp[];
  /** By process: the operations that programs are made of. */
  readonly vocabulary: AnyProgram['tasks'];
  readonly faults: AnyProgram['faults'];
  /** Bundled scenarios that were merged into it. */
  readonly scenarios: readonly string[];
  readonly programs: number;
  /** Programs not visited, each equal to a visited one up to the names of tasks and objects. */
  readonly equal: number;
  /** Programs not visited because the search was interrupted, or because of equals among them. */
  readonly left: number;
  readonly states: number;
  readonly transitions: number;
  readonly cut: number;
  readonly failures: readonly ContextFailure[];
}

export interface ScopeAnswer {
  readonly plan: ScopePlan;
  readonly verdict: Verdict;
  /** False: the search was interrupted. */
  readonly finished: boolean;
  readonly contexts: readonly ContextAnswer[];
  readonly programs: number;
  readonly equal: number;
  readonly states: number;
  readonly transitions: number;
  /** Programs in which a bound was hit. */
  readonly cut: number;
  /** Steps of one run after which it is cut off. */
  readonly maxSteps: number;
  /** Two states of some program were taken for one with at most this probability. */
  readonly collision: number;
  readonly found: readonly Found[];
  /** Properties and keys beyond the number that is shrunk. */
  readonly unshrunk: readonly { readonly property: string; readonly key: string }[];
  /** Seen only in runs that violate something else before, so that none of them is a finding. */
  readonly behind: readonly { readonly property: string; readonly key: string }[];
}

export interface ScopeEvents {
  /** After every job, and now and then while some are under way. */
  progress(at: ScopeAt): void;
}

export interface ScopeAt {
  readonly context: string;
  readonly programs: number;
  /** Of all shapes and contexts, equal ones up to renaming of objects included. */
  readonly ofPrograms: number;
  readonly states: number;
  /** From 0 to 1: of what was to be done when this run began, as far as it can be estimated. */
  readonly share: number;
  /** To go on from here. */
  readonly progress: ScopeProgress;
}

export interface ScopeService {
  /**
   * Goes on from `from` (null: begins). After `signal` aborts, jobs under way are finished and what is
   * done is returned.
   */
  scope(
    plan: ScopePlan,
    workers: number,
    from: ScopeProgress | null,
    events: ScopeEvents,
    signal: AbortSignal,
  ): Promise<ScopeAnswer>;
}
