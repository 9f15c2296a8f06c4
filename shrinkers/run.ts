// What shrinking works on: a failing run, a run located in its program, and the oracle that judges
// candidates. Types only; how programs are run is the oracle's business.

import type { Phase } from '../engine/runtime/index.ts';
import type { AnyProgram } from '../engine/program.ts';

/** One decision of a scheduler: which task goes on, and how the environment answers. */
export interface Decision {
  readonly task: number;
  readonly choice: number;
}

/** A counterexample: these decisions make this program show this failure. */
export interface Failing {
  readonly program: AnyProgram;
  readonly decisions: readonly Decision[];
  readonly property: string;
  readonly key: string;
}

/**
 * One step of a run, named by its place in the program and not by a task's number, so that it keeps
 * its meaning while tasks and operations come and go.
 */
export interface Move {
  readonly phase: Phase;
  /** Which of the tasks of this phase; for `main`, the index in `program.tasks`. */
  readonly nth: number;
  /** Which operation of the task. */
  readonly op: number;
  /** The question that the environment answered in this step, or null. */
  readonly asked: string | null;
  readonly choice: number;
}

/** A program and what to try on it: moves that no longer fit are skipped, missing ones filled in. */
export interface Candidate {
  readonly program: AnyProgram;
  readonly moves: readonly Move[];
}

/** A run that shows the failure: the decisions really taken, up to the failing step. */
export interface Run extends Candidate {
  readonly decisions: readonly Decision[];
  /** Switches away from a task that was in the middle of an operation and could go on. */
  readonly preemptions: number;
  /** All switches between tasks that run side by side. */
  readonly switches: number;
}

export interface Bounds {
  readonly preemptions: number;
  readonly refusals: number;
  readonly maxStates: number;
}

/** `absent` is a proof within the bounds; `unknown` says that `maxStates` was hit first. */
export type Verdict =
  | { readonly verdict: 'found'; readonly run: Run; readonly states: number }
  | { readonly verdict: 'absent' | 'unknown'; readonly states: number };

/** Judges candidates. Always about one failure: the same property and the same key. */
export interface Oracle {
  /** Exactly these decisions; null unless the failure shows. */
  reproduce(program: AnyProgram, decisions: readonly Decision[]): Run | null;
  /** Leniently; null unless the failure shows. */
  replay(candidate: Candidate): Run | null;
  /** All runs within the bounds; a found run has the fewest preemptions of all. */
  search(program: AnyProgram, bounds: Bounds): Verdict;
}
