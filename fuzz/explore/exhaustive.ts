// Exhaustive search of one program: every interleaving and every environment choice. One pass over
// the states (pass.ts) judges everything but lock order, which may need a second (lockOrder.ts).

import type { Executor } from '../../engine/runtime/index.ts';
import type { Judge } from './judge.ts';
import { GatheredOrders, OrdersOnPath } from './lockOrder.ts';
import { Pass, type SearchOptions, type SearchResult } from './pass.ts';

export type { SearchOptions, SearchResult } from './pass.ts';

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
    const pass = new Pass(this.executor, this.judge, this.options, orders);
    const result = pass.run();
    const suspects = orders.circular();
    return suspects.length === 0 || pass.stopped ? result : this.runAgain(result, suspects);
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
    const second = new Pass(this.executor, this.judge, options, orders).run();
    return {
      ...first,
      violations: first.violations + violations,
      complete: first.complete && second.complete && !orders.truncated,
    };
  }
}
