// Wing and Gong's search with Lowe's memo ("Testing for linearizability", 2017): calls take effect one
// by one, each within its bounds, and no set of calls is tried twice from the same state.

import { type Call, endOf, type History } from './history.ts';
import type { Specification } from './specification.ts';

/** A call in its place of an order, and what the specification says it returns there. */
export interface Placed<O, R> {
  readonly call: Call<O, R>;
  readonly result: R;
}

export type Verdict<O, R> =
  | { readonly verdict: 'order'; readonly order: readonly Placed<O, R>[]; readonly nodes: number }
  /** `furthest`: the longest order of some of the calls that was tried. */
  | { readonly verdict: 'none'; readonly furthest: readonly Placed<O, R>[]; readonly nodes: number }
  /** The bound was hit first. */
  | { readonly verdict: 'inconclusive'; readonly nodes: number };

/** A set of calls that have taken effect, the state they led to, and the way there. */
interface Node<S, O, R> {
  readonly state: S;
  /** Calls that returned: all up to here are in the order, and then those of `ahead`. */
  readonly first: number;
  readonly ahead: readonly number[];
  /** Calls that did not return and are in the order. */
  readonly extra: readonly number[];
  readonly length: number;
  readonly last: Placed<O, R> | null;
  readonly before: Node<S, O, R> | null;
}

/** Whether a call that returned may have been given this result; by default, if it explains its own. */
export type Accepts<O, R> = (call: Call<O, R>, result: R) => boolean;

/** An order of the history that the specification allows, or that there is none. */
export function linearize<S, O, R>(
  specification: Specification<S, O, R>,
  history: History<O, R>,
  maxNodes: number,
  accepts: Accepts<O, R> = (call, result) => specification.explains(result, call.result as R),
): Verdict<O, R> {
  return new Search(specification, history, accepts).run(maxNodes);
}

class Search<S, O, R> {
  private readonly specification: Specification<S, O, R>;
  private readonly done: readonly Call<O, R>[];
  private readonly open: readonly Call<O, R>[];
  private readonly accepts: Accepts<O, R>;
  private readonly seen = new Set<string>();

  constructor(
    specification: Specification<S, O, R>,
    history: History<O, R>,
    accepts: Accepts<O, R>,
  ) {
    this.specification = specification;
    this.accepts = accepts;
    const calls = [...history].sort((a, b) => a.called - b.called);
    this.done = calls.filter((call) => call.returned !== null);
    this.open = calls.filter((call) => call.returned === null);
  }

  run(maxNodes: number): Verdict<O, R> {
    const { initial: state } = this.specification;
    const root = { state, first: 0, ahead: [], extra: [], length: 0, last: null, before: null };
    const stack: Node<S, O, R>[] = [root];
    let furthest: Node<S, O, R> = root;
    let nodes = 0;
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (!this.isNew(node)) continue;
      if (nodes === maxNodes) return { verdict: 'inconclusive', nodes };
      nodes++;
      if (node.first === this.done.length) return { verdict: 'order', order: orderOf(node), nodes };
      if (node.length > furthest.length) furthest = node;
      // The last is tried first: what returned is more to the point than what may never have been.
      this.addOpen(node, stack);
      this.addDone(node, stack);
    }
    return { verdict: 'none', furthest: orderOf(furthest), nodes };
  }

  private isNew({ first, ahead, extra, state }: Node<S, O, R>): boolean {
    const key = `${first};${ahead.join()};${extra.join()};${this.specification.key(state)}`;
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    return true;
  }

  /** Calls that returned and may be next: they began before any other that is left had returned. */
  private addDone(node: Node<S, O, R>, stack: Node<S, O, R>[]): void {
    const from = stack.length;
    const bound = this.bound(node);
    for (let at = node.first; at < this.done.length; at++) {
      const call = this.done[at] as Call<O, R>;
      if (call.called > bound) break;
      if (node.ahead.includes(at)) continue;
      for (const { state, result } of this.specification.apply(node.state, call.op)) {
        if (!this.accepts(call, result)) continue;
        stack.push({ ...this.without(node, at), state, ...step(node, call, result) });
      }
    }
    // The earliest call first.
    stack.push(...stack.splice(from).reverse());
  }

  private addOpen(node: Node<S, O, R>, stack: Node<S, O, R>[]): void {
    const bound = this.bound(node);
    this.open.forEach((call, at) => {
      if (call.called > bound || node.extra.includes(at)) return;
      const extra = [...node.extra, at].sort((a, b) => a - b);
      for (const { state, result } of this.specification.apply(node.state, call.op))
        stack.push({ ...node, state, extra, ...step(node, call, result) });
    });
  }

  /** The first return among the calls that are left: nothing that began later can be next. */
  private bound({ first, ahead }: Node<S, O, R>): number {
    let bound = Number.POSITIVE_INFINITY;
    for (let at = first; at < this.done.length; at++) {
      const call = this.done[at] as Call<O, R>;
      if (call.called > bound) break;
      if (!ahead.includes(at)) bound = Math.min(bound, endOf(call));
    }
    return bound;
  }

  /** The node after one more of those that returned. */
  private without(node: Node<S, O, R>, at: number): Node<S, O, R> {
    const ahead = [...node.ahead, at].sort((a, b) => a - b);
    let { first } = node;
    while (ahead[0] === first) {
      ahead.shift();
      first++;
    }
    return { ...node, first, ahead };
  }
}

const step = <S, O, R>(before: Node<S, O, R>, call: Call<O, R>, result: R) => ({
  length: before.length + 1,
  last: { call, result },
  before,
});

function orderOf<S, O, R>(node: Node<S, O, R>): Placed<O, R>[] {
  const order: Placed<O, R>[] = [];
  let at: Node<S, O, R> | null = node;
  for (; at !== null && at.last !== null; at = at.before) order.push(at.last);
  return order.reverse();
}
