// The state of one shrinking: the smallest failing run so far, what was spent, and the one way in
// which a pass may offer a smaller candidate. Passes know nothing of each other.

import type { AnyProgram } from '../engine/program.ts';
import type { Bounds, Candidate, Oracle, Run, Verdict } from './run.ts';
import { compareSizes, programSize, type Size, sizeOf } from './size.ts';

export interface Budget {
  /** Runs. */
  readonly replays: number;
  /** States of all searches together. */
  readonly states: number;
  /** States of one search. */
  readonly statesPerSearch: number;
}

export interface Improvement {
  readonly pass: string;
  readonly run: Run;
  readonly size: Size;
  readonly replays: number;
  readonly states: number;
}

/** One idea of how to make a failing run smaller. */
export interface Pass {
  readonly name: string;
  run(shrinker: Shrinker): void;
}

/** States of a search that is made only to get a nicer value. */
const shortSearch = 5_000;

/** The budget is spent: shrinking stops where it is. */
export class BudgetSpent extends Error {}

export class Shrinker {
  best: Run;
  size: Size;
  replays = 0;
  states = 0;
  /** Whether a pass may search where a replay has failed: dearer, and finds what editing misses. */
  searching = false;
  /** The pass that is at work, for the log. */
  pass = '';
  private readonly oracle: Oracle;
  private readonly budget: Budget;
  private readonly onImprovement: (improvement: Improvement) => void;
  /** Candidates that did not help: sizes only go down, so they never will. */
  private readonly failed = new Set<string>();
  private readonly known = new Map<string, Exclude<Verdict, { verdict: 'found' }>>();

  constructor(
    oracle: Oracle,
    best: Run,
    budget: Budget,
    onImprovement: (improvement: Improvement) => void,
  ) {
    this.oracle = oracle;
    this.best = best;
    this.size = sizeOf(best);
    this.budget = budget;
    this.onImprovement = onImprovement;
  }

  /** Offers a candidate; true if it shows the failure and is smaller, and so is the new best. */
  consider(candidate: Candidate): boolean {
    const key = keyOf(candidate);
    if (this.failed.has(key)) return false;
    if (this.replays >= this.budget.replays) throw new BudgetSpent('replays');
    this.replays++;
    const run = this.oracle.replay(candidate);
    if (run !== null && this.adopt(run)) return true;
    this.failed.add(key);
    return false;
  }

  /**
   * Offers a program that has changed in structure: if its old schedule does not show the failure,
   * another may. Only programs with fewer operations, tasks or concurrent operations are worth it.
   */
  considerProgram(candidate: Candidate): boolean {
    if (this.consider(candidate)) return true;
    if (!this.searching || !this.isSmallerProgram(candidate.program)) return false;
    if (this.hasOneRun(candidate.program)) return false;
    const found = this.search(candidate.program, Number.POSITIVE_INFINITY);
    return found.verdict === 'found' && this.adopt(found.run);
  }

  /**
   * Offers a program with other objects or values. Its old schedule nearly always does; if not, a
   * short search may find one that is no worse.
   */
  considerPlainer(candidate: Candidate): boolean {
    if (this.consider(candidate)) return true;
    if (!this.searching || this.hasOneRun(candidate.program)) return false;
    const { preemptions, refusals } = this.size;
    const found = this.search(candidate.program, preemptions, refusals, shortSearch);
    return found.verdict === 'found' && this.adopt(found.run);
  }

  /** Searches all runs of a program; what was not found is remembered. */
  search(
    program: AnyProgram,
    preemptions: number,
    refusals: number = program.faults.budget,
    most: number = this.budget.statesPerSearch,
  ): Verdict {
    const key = JSON.stringify([`${preemptions}`, refusals, most, program]);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const maxStates = Math.min(most, this.budget.states - this.states);
    if (maxStates <= 0) throw new BudgetSpent('states');
    const bounds: Bounds = { preemptions, refusals, maxStates };
    const answer = this.oracle.search(program, bounds);
    this.states += answer.states;
    if (answer.verdict !== 'found') this.known.set(key, answer);
    return answer;
  }

  /** Makes a run the best if it is smaller. */
  adopt(run: Run): boolean {
    const size = sizeOf(run);
    if (compareSizes(size, this.size) >= 0) return false;
    this.best = run;
    this.size = size;
    const { pass, replays, states } = this;
    this.onImprovement({ pass, run, size, replays, states });
    return true;
  }

  /** One task, nobody in the background, and nothing to choose: the replay was the only run. */
  private hasOneRun({ tasks, faults }: AnyProgram): boolean {
    if (tasks.length > 1 || faults.budget > 0) return false;
    return this.best.moves.every((m) => m.asked === null && m.phase !== 'daemon');
  }

  private isSmallerProgram(program: AnyProgram): boolean {
    const { operations, tasks, concurrent } = programSize(program);
    const { size } = this;
    if (operations !== size.operations) return operations < size.operations;
    if (tasks !== size.tasks) return tasks < size.tasks;
    return concurrent < size.concurrent;
  }
}

/** A candidate in short: rounds of passes offer the same ones again and again. */
function keyOf({ program, moves }: Candidate): string {
  const steps = moves.map((m) => `${m.phase[0]}${m.nth}.${m.op}.${m.choice}`);
  return `${JSON.stringify(program)} ${steps.join()}`;
}
