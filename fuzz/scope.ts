// A scope: every program with T tasks of K operations each, every interleaving of each. "No violation
// in scope 2x2" is a statement about all of them.

import type { Failing } from '../shrinkers/index.ts';
import { ExhaustiveSearch } from './explore/exhaustive.ts';
import { programsOf, type Vocabulary } from './programs.ts';
import type { Instantiate } from './shrinkOracle.ts';

export interface ScopeOptions {
  readonly tasks: number;
  /** Of each task. */
  readonly operations: number;
  readonly preemptions?: number;
  readonly statesPerProgram?: number;
  readonly maxStates?: number;
}

export interface ScopeResult {
  readonly programs: number;
  readonly states: number;
  readonly transitions: number;
  /** One failing run for each distinct property and key, the first that was met. */
  readonly failures: readonly Failing[];
  /** Nothing was cut off: without failures, the scope is free of violations. */
  readonly complete: boolean;
}

/** Yields the totals after every program, so that a caller can show progress or stop. */
export function* checkScope(
  vocabulary: Vocabulary,
  instantiate: Instantiate,
  options: ScopeOptions,
): Generator<ScopeResult, ScopeResult> {
  const { preemptions = Number.POSITIVE_INFINITY, maxStates = 100_000_000 } = options;
  const failures = new Map<string, Failing>();
  let total: ScopeResult = { programs: 0, states: 0, transitions: 0, failures: [], complete: true };
  const shape = Array.from({ length: options.tasks }, () => options.operations);
  for (const program of programsOf(vocabulary, shape)) {
    const left = maxStates - total.states;
    if (left <= 0) return { ...total, complete: false };
    const { executor, judge } = instantiate(program);
    const result = new ExhaustiveSearch(executor, judge, {
      maxStates: Math.min(left, options.statesPerProgram ?? 1_000_000),
      maxDepth: 20_000,
      preemptions,
      onViolation: ({ property, key }, decisions) => {
        const id = JSON.stringify([property, key]);
        if (!failures.has(id)) failures.set(id, { program, decisions, property, key });
        return true;
      },
    }).run();
    total = {
      programs: total.programs + 1,
      states: total.states + result.states,
      transitions: total.transitions + result.transitions,
      failures: [...failures.values()],
      complete: total.complete && result.complete,
    };
    yield total;
  }
  return total;
}
