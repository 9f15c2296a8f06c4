// Exhaustive search of one program: every interleaving and every environment choice. One pass over
// the states (pass.ts) judges everything but lock order, which may need a second (lockOrder.ts).
// Reductions rest on what operations are known to touch: a pass that learns more of it is repeated.

import type { Executor } from '../../engine/runtime/index.ts';
import type { Judge } from './judge.ts';
import { GatheredOrders, OrdersOnPath, type SearchOrders } from './lockOrder.ts';
import type { SearchOptions, SearchResult } from './options.ts';
import { Pass } from './pass.ts';

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

  /** A pass in which nothing new was learnt that a reduction should have known. */
  private settled(options: SearchOptions, orders: SearchOrders) {
    const { growth } = this.executor.heap;
    for (let passes = 1; ; passes++) {
      const last = passes === maxPasses || (growth.cyclic && options.without !== 'no cycles');
      const known = growth.count;
      const pass = new Pass(
        this.executor,
        this.judge,
        last ? { ...options, reductions: [] } : options,
        orders,
      );
      const result = pass.run();
      const settled = growth.count === known || !pass.reduces || options.without === 'learn again';
      if (settled || pass.stopped || last) return { stopped: pass.stopped, result };
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
    const options = { ...this.options, onViolation };
    const { result } = this.settled(options, orders);
    return {
      ...first,
      violations: first.violations + violations,
      complete: first.complete && result.complete && !orders.truncated,
    };
  }
}
