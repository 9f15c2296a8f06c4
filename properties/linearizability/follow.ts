// Linearizability on the fly: every order of whole operations that explains what was seen so far. The
// set of them is a cell, so that it is undone with the rest of a state and is a part of its identity:
// a search that leaves out states it has visited leaves out no history that matters.

import {
  type Birth,
  type Cell,
  type Heap,
  KernelObject,
  type Outcome,
  type Violation,
} from '../../engine/runtime/index.ts';
import type { Keyed } from '../canon.ts';
import {
  type ConfigurationsOf,
  type Followed,
  type InFlight,
  type Machines,
  RefinementOf,
  Unexplained,
} from '../configurations.ts';
import { Judged } from '../judged.ts';

class Ghost<S, P> extends KernelObject {
  readonly orders: Cell<ConfigurationsOf<S, P>>;

  constructor(birth: Birth, initial: ConfigurationsOf<S, P>) {
    super(birth);
    this.orders = this.cell('orders', initial);
  }

  get kind(): string {
    return 'orders';
  }
}

/** What is seen of a state: equal texts are the same sight. */
export interface Sight<S> {
  readonly text: string;
  readonly agrees: (state: S) => boolean;
}

export class Orders<S extends Keyed, P extends InFlight<D>, D> {
  private readonly heap: Heap;
  private readonly refinement: RefinementOf<S, P, D>;
  private readonly ghost: Ghost<S, P>;
  /** Quiescent states, and the orders that lead there. */
  private readonly settled = new Judged<ConfigurationsOf<S, P>>();

  constructor(heap: Heap, machines: Machines<S, P, D>, initial: S, tasks: number) {
    this.heap = heap;
    this.refinement = new RefinementOf(machines);
    const start = this.refinement.initial(initial, tasks);
    this.ghost = heap.boot(Ghost<S, P>, 'orders', start);
  }

  /** Why none is left, if somebody has said so. */
  get violation(): Violation | null {
    return this.now instanceof Unexplained ? this.now.violation : null;
  }

  /** None is left, for this reason. */
  fail(violation: Violation): void {
    this.follow(new Unexplained(violation));
  }

  begin(call: Followed<P>): void {
    this.follow(this.refinement.begin(this.now, call));
  }

  /**
   * The call returns, having met the refusal `fault` ('': none). null: some order is left; otherwise
   * what it could have returned, and the orders are as before.
   */
  end(call: { readonly task: number }, result: Outcome, fault: string): readonly D[] | null {
    const to = this.refinement.end(this.now, call, result, fault);
    if (to.all.length === 0) return this.refinement.results(this.now, call.task);
    this.follow(to);
    return null;
  }

  /**
   * Nothing is in flight, and `look` says what is seen: only orders that lead there are left. null: some
   * are; otherwise the state that one of them leads to, and the orders are as before.
   */
  settle(look: () => Sight<S>): S | null {
    const { digest1, digest2 } = this.heap;
    let to = this.settled.get(digest1, digest2);
    if (to === undefined) {
      const { text, agrees } = look();
      to = this.refinement.keep(this.now, text, agrees);
      if (to.all.length === 0) return (this.now.all[0] as { readonly state: S }).state;
      this.settled.set(digest1, digest2, to);
    }
    this.follow(to);
    return null;
  }

  private get now(): ConfigurationsOf<S, P> {
    return this.ghost.orders.stored;
  }

  private follow(to: ConfigurationsOf<S, P>): void {
    if (to !== this.now) this.heap.store(this.ghost.orders, to);
  }
}
