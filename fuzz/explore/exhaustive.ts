// Exhaustive search of one program: every interleaving and every environment choice. One pass over
// the states (pass.ts) judges everything but lock order, which may need a second (lockOrder.ts).
// Reductions rest on what operations are known to touch: a pass that learns more of it is repeated.

import { type Executor, NotRenamable } from '../../engine/runtime/index.ts';
import type { Judge } from './judge.ts';
import { learnAhead } from './learnAhead.ts';
import { GatheredOrders, OrdersOnPath, type SearchOrders } from './lockOrder.ts';
import { reduces, type SearchOptions, type SearchResult } from './options.ts';
import { PartsSearch } from './parts.ts';
import { Pass } from './pass.ts';
import type { Reduction } from './reductions.ts';

export type { SearchOptions, SearchResult } from './options.ts';

/** Passes after which a search gives up reducing: it has always been enough so far. */
const maxPasses = 8;

export class ExhaustiveSearch {
  private readonly executor: Executor;
  private readonly judge: Judge;
  private readonly options: SearchOptions;

  constructor(executor: Executor, judge: Judge, options: SearchOptions) {
    this.executor = executor;
    this.judge = judge;
    this.options = options;
  }

  run(): SearchResult {
    const orders = new GatheredOrders();
    const { stopped, result } = this.settled(this.options, orders);
    const suspects = orders.circular();
    return suspects.length === 0 || stopped ? result : this.runAgain(result, suspects);
  }

  /** A search that was not misled by what its reductions did not know. */
  private settled(options: SearchOptions, orders: SearchOrders): Searched {
    const { growth } = this.executor.heap;
    const { without } = options;
    if (guesses(options) && without !== 'learn again') learnAhead(this.executor);
    for (let passes = 1; ; passes++) {
      const known = growth.count;
      const whole = passes === maxPasses || (growth.cyclic && without !== 'no cycles');
      const chosen = whole ? { ...options, reductions: [] } : options;
      const searched = this.searchOnce(chosen, orders);
      // A cycle that shows only now may have misled the search, too.
      const cycles = growth.cyclic && !whole && without !== 'no cycles';
      const misled = growth.count !== known && without !== 'learn again' && searched.misled();
      if (searched.stopped || !(misled || cycles)) return searched;
    }
  }

  private searchOnce(options: SearchOptions, orders: SearchOrders): Searched {
    const { executor, judge } = this;
    if (reduces(options, 'parts')) {
      const parts = new PartsSearch(executor, judge, options, orders);
      const result = parts.run();
      if (result !== null) return { stopped: parts.stopped, result, misled: () => true };
    }
    try {
      const pass = new Pass(executor, judge, options, orders);
      const result = pass.run();
      return { stopped: pass.stopped, result, misled: () => pass.misled };
    } catch (error) {
      if (!(error instanceof NotRenamable) || !reduces(options, 'symmetry')) throw error;
      return this.searchOnce(butFor(options, 'symmetry'), orders);
    }
  }

  /** Looks for one run that shows a circle of the suspected lock orders. */
  private runAgain(first: SearchResult, suspects: readonly string[]): SearchResult {
    const orders = new OrdersOnPath(suspects);
    let violations = 0;
    const onViolation: SearchOptions['onViolation'] = (violation, decisions) => {
      if (violation.property !== 'lock-order') return true;
      violations++;
      return this.options.onViolation(violation, decisions);
    };
    // Parts searched apart would not show a circle that only the whole has.
    const options = { ...butFor(this.options, 'parts'), onViolation };
    const { result } = this.settled(options, orders);
    return {
      ...first,
      violations: first.violations + violations,
      complete: first.complete && result.complete && !orders.truncated,
    };
  }
}

interface Searched {
  readonly result: SearchResult;
  /** Whoever is told of violations wants no more. */
  readonly stopped: boolean;
  /** Something was learnt meanwhile: whether the search might have left out less, had it known. */
  readonly misled: () => boolean;
}

/** The same search without one of its reductions. */
function butFor(options: SearchOptions, name: Reduction): SearchOptions {
  return { ...options, reductions: options.reductions?.filter((r) => r !== name) ?? [] };
}

/** Whether something is left out by what operations are known to touch. */
function guesses(options: SearchOptions): boolean {
  return (['persistent', 'sections', 'symmetry', 'parts'] as const).some((name) =>
    reduces(options, name),
  );
}
