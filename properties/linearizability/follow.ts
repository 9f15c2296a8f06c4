// Linearizability on the fly: every order of whole operations that explains what was seen so far. The
// set of them is a cell, so that it is undone with the rest of a state and is a part of its identity:
// a search that leaves out states it has visited leaves out no history that matters.

import {
  type Birth,
  type Cell,
  type Heap,
  KernelObject,
  type Outcome,
} from '../../engine/runtime/index.ts';
import {
  type ConfigurationsOf,
  type Followed,
  type InFlight,
  type Keyed,
  type Machines,
  RefinementOf,
} from '../configurations.ts';

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

/** Each method says whether an order is left; once none is, the others change nothing. */
export class Orders<S extends Keyed, P extends InFlight<D>, D> {
  private readonly heap: Heap;
  private readonly refinement: RefinementOf<S, P, D>;
  private readonly ghost: Ghost<S, P>;

  constructor(heap: Heap, machines: Machines<S, P, D>, initial: S, tasks: number) {
    this.heap = heap;
    this.refinement = new RefinementOf(machines);
    const start = this.refinement.initial(initial, tasks);
    this.ghost = heap.boot(Ghost<S, P>, 'orders', start);
  }

  get left(): boolean {
    return this.now.all.length > 0;
  }

  begin(call: Followed<P>): boolean {
    return this.follow(this.refinement.begin(this.now, call));
  }

  /** The call returns, having met the refusal `fault` ('': none). */
  end(call: { readonly task: number }, result: Outcome, fault: string): boolean {
    return this.follow(this.refinement.end(this.now, call, result, fault));
  }

  /** Nothing is in flight and `text` was seen. */
  keep(text: string, agrees: (state: S) => boolean): boolean {
    return this.follow(this.refinement.keep(this.now, text, agrees));
  }

  /** What the task's call could return now. */
  results(task: number): D[] {
    return this.refinement.results(this.now, task);
  }

  private get now(): ConfigurationsOf<S, P> {
    return this.ghost.orders.stored;
  }

  private follow(to: ConfigurationsOf<S, P>): boolean {
    if (to !== this.now) this.heap.store(this.ghost.orders, to);
    return to.all.length > 0;
  }
}
