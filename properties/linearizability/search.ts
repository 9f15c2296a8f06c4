// Wing and Gong's search with Lowe's memo ("Testing for linearizability", 2017): calls take effect one
// by one, each within its bounds, and no set of calls is tried twice from the same state. Calls that
// did not return are used as sparingly as can be: who has more of them left can do all that others can.

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
  /** Of each call that did not return, the last one before it that asks for the same; -1: none. */
  private readonly twins: readonly number[];
  private readonly accepts: Accepts<O, R>;
  /** By what returned and the state: the sets of other calls with which it was reached. */
  private readonly seen = new Map<string, (readonly number[])[]>();
  private readonly stacks: Stacks<Node<S, O, R>> = new Stacks();

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
    const texts = this.open.map(({ op }) => JSON.stringify(op));
    this.twins = texts.map((text, at) => texts.slice(0, at).lastIndexOf(text));
  }

  run(maxNodes: number): Verdict<O, R> {
    const { initial: state } = this.specification;
    const root = { state, first: 0, ahead: [], extra: [], length: 0, last: null, before: null };
    this.stacks.push(0, root);
    let furthest: Node<S, O, R> = root;
    let nodes = 0;
    for (let node = this.stacks.pop(); node !== undefined; node = this.stacks.pop()) {
      if (!this.isNew(node)) continue;
      if (nodes === maxNodes) return { verdict: 'inconclusive', nodes };
      nodes++;
      if (node.first === this.done.length) return { verdict: 'order', order: orderOf(node), nodes };
      if (node.length > furthest.length) furthest = node;
      const bound = this.bound(node);
      this.addOpen(node, bound);
      this.addDone(node, bound);
    }
    return { verdict: 'none', furthest: orderOf(furthest), nodes };
  }

  private isNew({ first, ahead, extra, state }: Node<S, O, R>): boolean {
    const key = `${first};${ahead.join()};${this.specification.key(state)}`;
    const known = this.seen.get(key);
    if (known?.some((fewer) => fewer.every((at) => extra.includes(at))) === true) return false;
    if (known === undefined) this.seen.set(key, [extra]);
    else known.push(extra);
    return true;
  }

  /** Calls that returned and may be next: they began before any other that is left had returned. */
  private addDone(node: Node<S, O, R>, bound: number): void {
    const next: Node<S, O, R>[] = [];
    for (let at = node.first; at < this.done.length; at++) {
      const call = this.done[at] as Call<O, R>;
      if (call.called > bound) break;
      if (node.ahead.includes(at)) continue;
      for (const { state, result } of this.specification.apply(node.state, call.op)) {
        if (!this.accepts(call, result)) continue;
        next.push({ ...this.without(node, at), state, ...step(node, call, result) });
      }
    }
    // The earliest call first.
    for (const one of next.reverse()) this.stacks.push(node.extra.length, one);
  }

  /** Calls that did not return, where they change something. */
  private addOpen(node: Node<S, O, R>, bound: number): void {
    const { apply, key } = this.specification;
    const here = key(node.state);
    this.open.forEach((call, at) => {
      if (call.called > bound || node.extra.includes(at)) return;
      // Of calls that ask for the same, the first: it can be wherever a later one can.
      const twin = this.twins[at] ?? -1;
      if (twin >= 0 && !node.extra.includes(twin)) return;
      const extra = [...node.extra, at];
      for (const { state, result } of apply(node.state, call.op))
        if (key(state) !== here)
          this.stacks.push(extra.length, { ...node, state, extra, ...step(node, call, result) });
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

/** What is to be tried: of the lowest level that has something, the last that came. */
class Stacks<T> {
  private readonly levels: T[][] = [];
  private lowest = 0;

  push(level: number, one: T): void {
    (this.levels[level] ??= []).push(one);
    this.lowest = Math.min(this.lowest, level);
  }

  pop(): T | undefined {
    for (; this.lowest < this.levels.length; this.lowest++) {
      const one = this.levels[this.lowest]?.pop();
      if (one !== undefined) return one;
    }
    return undefined;
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
