// Shrinking: from a failing run to the smallest one that shows the same failure. The public entry.

import { defaultArguments, shorterLists } from './default-arguments.ts';
import { dropOperations, dropPairs } from './drop-operations.ts';
import { droppedBetween } from './dropped.ts';
import { dropTasks } from './drop-tasks.ts';
import { earlyPreemptions } from './early-preemptions.ts';
import { fewerFaultSites, fewerRefusals } from './fewer-refusals.ts';
import { fewerObjects } from './fewer-objects.ts';
import { fewerPreemptions } from './fewer-preemptions.ts';
import { fewerSwitches } from './fewer-switches.ts';
import { lowerAddresses } from './lower-addresses.ts';
import { lowerSlots } from './lower-slots.ts';
import { mergeTwoTasks } from './merge-tasks.ts';
import { namedBits } from './named-bits.ts';
import { operationsToSetup } from './to-setup.ts';
import { plainerObjects } from './plainer-objects.ts';
import { proveOneMinimal } from './one-minimal.ts';
import type { Failing, Oracle, Run } from './run.ts';
import { type Budget, BudgetSpent, type Improvement, type Pass, Shrinker } from './shrinker.ts';
import { type Size, sizeOf } from './size.ts';
import { smallerSingleValues, smallerValues } from './smaller-values.ts';
import { tasksInOrder } from './tasks-in-order.ts';

export type { Bounds, Candidate, Decision, Failing, Move, Oracle, Run, Verdict } from './run.ts';
export type { Budget, Improvement } from './shrinker.ts';
export { compareSizes, type Size, sizeKeys, sizeOf } from './size.ts';

/** From what saves most to what saves least; after each round that helped, again from the start. */
export const passes: readonly Pass[] = [
  dropTasks,
  dropOperations,
  dropPairs,
  mergeTwoTasks,
  operationsToSetup,
  fewerPreemptions,
  fewerSwitches,
  fewerRefusals,
  fewerFaultSites,
  fewerObjects,
  plainerObjects,
  defaultArguments,
  shorterLists,
  lowerSlots,
  lowerAddresses,
  smallerValues,
  smallerSingleValues,
  // Where values are small by now, there are few bits to name.
  namedBits,
  earlyPreemptions,
  tasksInOrder,
];

export interface ShrinkOptions extends Partial<Budget> {
  readonly onImprovement?: (improvement: Improvement, failing: Failing) => void;
}

export interface Shrunk {
  readonly failing: Failing;
  readonly run: Run;
  readonly size: Size;
  readonly from: Size;
  /**
   * Whether removing any one operation, task, preemption or refusal loses the failure: proved by
   * search, or true of all that was tried within the bounds.
   */
  readonly minimal: 'proved' | 'within bounds';
  /** The budget was spent before the passes came to rest; shrinking can go on from here. */
  readonly interrupted: boolean;
  /** What turned out not to matter, in words. */
  readonly dropped: readonly string[];
  /** The passes that helped, in the order in which they did. */
  readonly log: readonly { readonly pass: string; readonly times: number; readonly size: Size }[];
  readonly replays: number;
  readonly states: number;
}

const budget: Budget = { replays: 50_000, states: 5_000_000, statesPerSearch: 200_000 };

/** The run that was handed in does not show the failure it is said to show. */
export class NotFailing extends Error {
  constructor({ property, key, decisions }: Failing) {
    super(
      `not-failing: these ${decisions.length} decisions do not show ${property} (${key}), and a ` +
        `search of the program does not either; another failure comes before it, or the engine or ` +
        `the program has changed since: replay the run strictly to see where it leads`,
    );
    this.name = 'NotFailing';
  }
}

/** Shrinks until nothing helps any more, or the budget is spent. */
export function shrink(failing: Failing, oracle: Oracle, options: ShrinkOptions = {}): Shrunk {
  const limits: Budget = { ...budget, ...defined(options) };
  const log: { pass: string; times: number; size: Size }[] = [];
  const start = startOf(failing, oracle, limits);
  const shrinker = new Shrinker(oracle, start, limits, (improvement) => {
    const { pass, size, run } = improvement;
    const last = log.at(-1);
    if (last?.pass === pass) Object.assign(last, { times: last.times + 1, size });
    else log.push({ pass, times: 1, size });
    options.onImprovement?.(improvement, failingOf(failing, run));
  });
  const minimal = shrinkAndProve(shrinker);
  const { best, size, replays, states } = shrinker;
  return {
    failing: failingOf(failing, best),
    run: best,
    size,
    from: sizeOf(start),
    minimal: minimal === 'proved' ? 'proved' : 'within bounds',
    interrupted: minimal === 'interrupted',
    dropped: droppedBetween(start, best),
    log,
    replays,
    states,
  };
}

/** Cheap passes to their fixed point, then the same with search, then the proof. */
function shrinkAndProve(shrinker: Shrinker): 'proved' | 'within bounds' | 'interrupted' {
  try {
    toFixedPoint(shrinker);
    shrinker.searching = true;
    for (;;) {
      toFixedPoint(shrinker);
      const proof = proveOneMinimal(shrinker);
      if (proof !== 'improved') return proof;
    }
  } catch (error) {
    if (error instanceof BudgetSpent) return 'interrupted';
    throw error;
  }
}

function toFixedPoint(shrinker: Shrinker): void {
  let before: Run;
  do {
    before = shrinker.best;
    for (const pass of passes) {
      shrinker.pass = pass.name;
      pass.run(shrinker);
    }
  } while (shrinker.best !== before);
}

/** The run as the oracle sees it; where the decisions have drifted, any run that still fails. */
function startOf(failing: Failing, oracle: Oracle, limits: Budget): Run {
  const { program, decisions } = failing;
  const run = oracle.reproduce(program, decisions);
  if (run !== null) return run;
  const preemptions = Number.POSITIVE_INFINITY;
  const bounds = {
    preemptions,
    refusals: program.faults.budget,
    maxStates: limits.statesPerSearch,
  };
  const found = oracle.search(program, bounds);
  if (found.verdict !== 'found') throw new NotFailing(failing);
  return found.run;
}

function failingOf({ property, key }: Failing, { program, decisions }: Run): Failing {
  return { program, decisions, property, key };
}

function defined({ replays, states, statesPerSearch }: ShrinkOptions): Partial<Budget> {
  return {
    ...(replays !== undefined && { replays }),
    ...(states !== undefined && { states }),
    ...(statesPerSearch !== undefined && { statesPerSearch }),
  };
}
