// CON-103 in one booted program: the operations that promise to be atomic are so. It is told when all
// is quiet, after what the small steps of the same machines say: one failure has one name.

import type { Heap, Outcome } from '../../engine/runtime/index.ts';
import type { Keyed } from '../canon.ts';
import type { Followed, InFlight, Machines } from '../configurations.ts';
import { broken } from '../property.ts';
import { atomicity } from '../refinement.ts';
import { atomically, type OfOp } from './atomic.ts';
import { Orders, type Sight } from './follow.ts';

/** A call as it ended: what violations say of it. */
export interface Ended<P> extends Followed<P> {
  readonly result: Outcome;
  readonly fault: string;
}

export interface Words<P, D> {
  /** The call and what it returned. */
  returned(call: Ended<P>): string;
  /** Tells failures apart: the operation and its result, without arguments. */
  key(call: Ended<P>): string;
  possible(done: D): string;
}

/** What is seen of a quiescent state, and the first thing in which a machine state differs from it. */
export interface Look<S> extends Sight<S> {
  readonly difference: (state: S) => { readonly key: string; readonly text: string };
}

export interface Start<S, P, D> {
  readonly machines: Machines<S, P, D>;
  readonly state: S;
  readonly tasks: number;
}

export class AtomicityJudge<S extends Keyed, P extends InFlight<D> & OfOp, D> {
  private readonly orders: Orders<S, P, D>;
  private readonly words: Words<P, D>;
  /** Which operations are taken whole, in words. */
  private readonly whole: string;

  constructor(
    heap: Heap,
    { machines, state, tasks }: Start<S, P, D>,
    whole: ReadonlySet<P['op'] & { readonly op: string }>,
    words: Words<P, D>,
  ) {
    const ops: ReadonlySet<object> = whole;
    const atomic = atomically(machines, (op) => ops.has(op));
    this.orders = new Orders(heap, atomic, state, tasks);
    this.words = words;
    const names = [...new Set([...whole].map(({ op }) => op))].sort();
    this.whole = `with ${names.join(' and ')} as one step${names.length > 1 ? ' each' : ''}`;
  }

  begin(call: Followed<P>): void {
    if (this.orders.violation === null) this.orders.begin(call);
  }

  end(call: Followed<P>, result: Outcome, fault: string): void {
    if (this.orders.violation !== null) return;
    const possible = this.orders.end(call, result, fault);
    if (possible === null) return;
    const ended = { ...call, result, fault };
    const allowed = [...new Set(possible.map((done) => this.words.possible(done)))].sort();
    const message =
      `${this.words.returned(ended)}; ${this.whole}, the machines allow ` +
      (allowed.join(' or ') || 'nothing');
    this.orders.fail(broken(atomicity, this.words.key(ended), message));
  }

  /** Nothing is in flight, and the machines with their small steps do not object. */
  settle(look: () => Look<S>): void {
    const { violation } = this.orders;
    if (violation !== null) throw violation;
    const state = this.orders.settle(look);
    if (state === null) return;
    const { key, text } = look().difference(state);
    throw broken(atomicity, `state ${key}`, `${this.whole}, ${text}`);
  }
}
