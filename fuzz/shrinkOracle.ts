// The oracle of the shrinkers: runs candidates on real instances, leniently, and searches them
// exhaustively. It is always about one failure, given by property and key.

import type { Violation } from '../engine/runtime/index.ts';
import type { AnyProgram } from '../engine/program.ts';
import type {
  Bounds,
  Candidate,
  Decision,
  Failing,
  Oracle,
  Run,
  Verdict,
} from '../shrinkers/run.ts';
import { ExhaustiveSearch, type SearchResult } from './explore/exhaustive.ts';
import type { Instance } from './instance.ts';
import { Runner } from './run.ts';
import { Replay } from './schedulers/replay.ts';
import type { Scheduler } from './schedulers/scheduler.ts';
import { Follow } from './shrinking/follow.ts';
import { Record } from './shrinking/record.ts';

export type Instantiate = (program: AnyProgram) => Instance;

export interface OracleOptions {
  /** Steps after which a run is cut off. */
  readonly maxSteps: number;
  /**
   * Preemption bounds tried one by one before a search without a bound has to do. Deeper failures are
   * found all the same, but not with a proof that they need so many.
   */
  readonly maxPreemptions: number;
  /** Judge races on the way; without, runs go on over a race that is not the failure in question. */
  readonly races: boolean;
}

const defaults: OracleOptions = { maxSteps: 20_000, maxPreemptions: 6, races: true };

type Found = { readonly decisions: readonly Decision[] } | null;

export class ShrinkOracle implements Oracle {
  private readonly instantiate: Instantiate;
  private readonly wanted: Pick<Failing, 'property' | 'key'>;
  private readonly options: OracleOptions;
  /** The last program's instance: passes try many schedules on one program. */
  private current: Instance | null = null;

  constructor(
    instantiate: Instantiate,
    wanted: Pick<Failing, 'property' | 'key'>,
    options: Partial<OracleOptions> = {},
  ) {
    this.instantiate = instantiate;
    this.wanted = { property: wanted.property, key: wanted.key };
    this.options = { ...defaults, ...options };
  }

  reproduce(program: AnyProgram, decisions: readonly Decision[]): Run | null {
    return this.run(program, new Replay(decisions, 'lenient'));
  }

  replay({ program, moves }: Candidate): Run | null {
    return this.run(program, new Follow(moves));
  }

  /**
   * One search up to the given bound says whether there is anything to find; only then the bounds
   * from 0 up, to find it with the fewest preemptions.
   */
  search(program: AnyProgram, bounds: Bounds): Verdict {
    const limited = withBudget(program, bounds.refusals);
    const first = this.searchOnce(limited, bounds.preemptions, bounds.maxStates);
    if (first.verdict === 'absent') return first;
    const most =
      first.verdict === 'found' ? first.run.preemptions - 1 : this.options.maxPreemptions;
    let { states } = first;
    for (let bound = 0; bound <= Math.min(most, bounds.preemptions); bound++) {
      const again = this.searchOnce(limited, bound, bounds.maxStates);
      states += again.states;
      if (again.verdict === 'found') return { ...again, states };
      // With a higher bound there is more to search, not less.
      if (again.verdict === 'unknown' && first.verdict === 'unknown') break;
    }
    return { ...first, states };
  }

  /** Whether any run within the bounds shows the failure. */
  shows(program: AnyProgram, bounds: Bounds): boolean {
    const limited = withBudget(program, bounds.refusals);
    return this.searchOnce(limited, bounds.preemptions, bounds.maxStates).verdict === 'found';
  }

  private searchOnce(program: AnyProgram, preemptions: number, maxStates: number): Verdict {
    let found: Found = null;
    let othersInTheWay = false;
    const { executor, judge } = this.instance(program);
    const onViolation = (violation: Violation, decisions: readonly Decision[]) => {
      if (this.isWanted(violation)) found = { decisions };
      else othersInTheWay ||= !this.options.races && violation.property === 'data-race';
      return found === null;
    };
    const maxDepth = this.options.maxSteps;
    const options = { maxStates, maxDepth, preemptions, onViolation };
    const result = new ExhaustiveSearch(executor, judge, options).run();
    return this.verdictOf(program, found, result, othersInTheWay);
  }

  /** What was found must replay; if it does not, nothing is claimed. */
  private verdictOf(
    program: AnyProgram,
    found: Found,
    { states, complete }: SearchResult,
    inTheWay: boolean,
  ): Verdict {
    const run = found === null ? null : this.reproduce(program, found.decisions);
    if (run !== null) return { verdict: 'found', run, states };
    const absent = found === null && complete && !inTheWay;
    return { verdict: absent ? 'absent' : 'unknown', states };
  }

  private run(program: AnyProgram, scheduler: Scheduler): Run | null {
    const { maxSteps, races } = this.options;
    const judged = races || this.wanted.property === 'data-race';
    const record = new Record(scheduler, judged);
    // As a search does: what lies behind a circle of lock orders is found all the same.
    const lockOrder = this.wanted.property === 'lock-order';
    const runner = new Runner(this.instance(program), { maxSteps, lockOrder });
    const { violation, decisions } = runner.run(record);
    if (violation === null || !this.isWanted(violation)) return null;
    const { moves, preemptions, switches } = record;
    return { program, moves, decisions, preemptions, switches };
  }

  private isWanted({ property, key }: Violation): boolean {
    return property === this.wanted.property && key === this.wanted.key;
  }

  private instance(program: AnyProgram): Instance {
    if (this.current?.program !== program) this.current = this.instantiate(program);
    return this.current;
  }
}

/**
 * The oracle for a failing run. A run that a scheduler found may have passed over a race that nobody
 * looked for; then races are left out of account here as well, and absence is no longer proved.
 */
export function oracleFor(
  instantiate: Instantiate,
  failing: Failing,
  options: Partial<OracleOptions> = {},
): ShrinkOracle {
  const strict = new ShrinkOracle(instantiate, failing, options);
  if (strict.reproduce(failing.program, failing.decisions) !== null) return strict;
  const lax = new ShrinkOracle(instantiate, failing, { ...options, races: false });
  return lax.reproduce(failing.program, failing.decisions) === null ? strict : lax;
}

/** The program with at most `refusals` refusals; the same object if that changes nothing. */
function withBudget(program: AnyProgram, refusals: number): AnyProgram {
  const { faults } = program;
  return refusals >= faults.budget
    ? program
    : { ...program, faults: { ...faults, budget: refusals } };
}
