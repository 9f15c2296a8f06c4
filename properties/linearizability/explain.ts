// Why a history has no order. A call can be left out of the reasons by forgetting its return: then it
// may have taken effect at any time since it began, or never. Whoever has an order of the whole
// history has one of what is left, so calls without an order of their own are a reason that holds
// whatever the others did. (Taking a call away altogether would not do: others may depend on it.)

import { endOf, type Call, type History, precedes, prefix, unheard } from './history.ts';
import { type Accepts, linearize, type Placed, type Verdict } from './search.ts';
import type { Specification } from './specification.ts';

export interface Explanation<O, R> {
  /**
   * The calls whose returns have no order already, by when they began; it has an order again without
   * the return of any one of them.
   */
  readonly calls: readonly Call<O, R>[];
  /** The one whose return made it so; history before that has an order. */
  readonly last: Call<O, R>;
  /** What it could have returned, if all the others returned what they did. */
  readonly possible: readonly R[];
  /** Pairs of them that are ordered because one returned before the other began. */
  readonly ordered: readonly (readonly [before: Call<O, R>, after: Call<O, R>])[];
  /** Calls that may or may not have taken effect, without helping. */
  readonly others: readonly Call<O, R>[];
  /** The longest order that was tried. */
  readonly furthest: readonly Placed<O, R>[];
  /** How few they are is known: there is no smaller set, or no set that is a part of them, or neither. */
  readonly proof: 'smallest' | 'minimal' | 'none';
}

export interface Bounds {
  /** Of the search for an order. */
  readonly maxNodes: number;
  /** Of all searches for an explanation, in which more may have happened in more ways. */
  readonly maxExplainNodes: number;
  /** Searches for a smaller explanation. */
  readonly maxSearches: number;
}

export type Answer<O, R> =
  | { readonly verdict: 'order'; readonly order: readonly Placed<O, R>[]; readonly nodes: number }
  | {
      readonly verdict: 'none';
      readonly explanation: Explanation<O, R>;
      readonly nodes: number;
    }
  | { readonly verdict: 'inconclusive'; readonly nodes: number };

/** An order of the history, or why there is none. */
export function explain<S, O, R>(
  specification: Specification<S, O, R>,
  history: History<O, R>,
  bounds: Bounds,
): Answer<O, R> {
  const found = linearize(specification, history, bounds.maxNodes);
  if (found.verdict !== 'none') return found;
  const explanation = new Explainer(specification, history, bounds, found.nodes).explanation();
  return { verdict: 'none', explanation, nodes: found.nodes };
}

class Explainer<S, O, R> {
  private readonly specification: Specification<S, O, R>;
  private readonly bounds: Bounds;
  private readonly history: History<O, R>;
  private readonly last: Call<O, R>;
  /** Of all searches, and of one: a search may be cut off where the whole history's was not. */
  private nodesLeft: number;
  private readonly mostNodes: number;
  private searches = 0;
  private wasCutOff = false;

  constructor(
    specification: Specification<S, O, R>,
    history: History<O, R>,
    bounds: Bounds,
    nodes: number,
  ) {
    this.specification = specification;
    this.bounds = bounds;
    // The beginning of a history that was hard to judge is hard as well.
    this.nodesLeft = Math.max(bounds.maxExplainNodes, 4 * nodes);
    this.mostNodes = Math.max(leastNodes, nodes);
    this.last = this.firstWithout(history);
    this.history = prefix(history, endOf(this.last));
  }

  explanation(): Explanation<O, R> {
    const rest = this.history.filter((c) => c.returned !== null && c !== this.last);
    const minimal = this.shrunk(rest);
    const smallest = this.smaller(rest, minimal.length);
    const calls = [...(smallest ?? minimal), this.last].sort((a, b) => a.called - b.called);
    const search = this.search(this.only(calls));
    const hasAll = this.searches <= this.bounds.maxSearches;
    const possible = this.possible(calls);
    return {
      calls,
      last: this.last,
      possible,
      ordered: orderedPairs(calls),
      others: this.history.filter((call) => !calls.includes(call)),
      furthest: search.verdict === 'none' ? search.furthest : [],
      proof: this.wasCutOff ? 'none' : hasAll ? 'smallest' : 'minimal',
    };
  }

  /** The call at whose return no order is left. A history that has one has one at every time before. */
  private firstWithout(history: History<O, R>): Call<O, R> {
    const ends = history.filter((c) => c.returned !== null).sort((a, b) => endOf(a) - endOf(b));
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.lacksOrder(prefix(history, endOf(ends[middle] as Call<O, R>)))) high = middle;
      else low = middle + 1;
    }
    return ends[low] as Call<O, R>;
  }

  private lacksOrder(history: History<O, R>): boolean {
    return this.search(history).verdict === 'none';
  }

  private search(history: History<O, R>, accepts?: Accepts<O, R>): Verdict<O, R> {
    const most = Math.min(this.mostNodes, this.nodesLeft);
    const verdict = linearize(this.specification, history, most, accepts);
    this.nodesLeft -= verdict.nodes;
    if (verdict.verdict === 'inconclusive') this.wasCutOff = true;
    return verdict;
  }

  /** The history in which only these calls have returned. */
  private only(calls: readonly Call<O, R>[]): History<O, R> {
    return this.history.map((call) => (calls.includes(call) ? call : unheard(call)));
  }

  private suffices(calls: readonly Call<O, R>[]): boolean {
    return this.lacksOrder(this.only([...calls, this.last]));
  }

  /** Without halves, then without single calls, until none can be left out: 1-minimal. */
  private shrunk(all: readonly Call<O, R>[]): readonly Call<O, R>[] {
    let kept = all;
    for (let size = Math.max(1, all.length >> 1); ; size >>= 1) {
      for (let at = kept.length - size; at > -size; at -= size) {
        const from = Math.max(0, at);
        const less = [...kept.slice(0, from), ...kept.slice(at + size)];
        if (less.length < kept.length && this.suffices(less)) kept = less;
      }
      if (size <= 1) return kept;
    }
  }

  /** The first of fewer calls that suffice, sizes in order; null: there are none, or it took too long. */
  private smaller(all: readonly Call<O, R>[], size: number): readonly Call<O, R>[] | null {
    for (let fewer = 0; fewer < size; fewer++)
      for (const some of subsets(all, fewer)) {
        if (this.nodesLeft === 0 || ++this.searches > this.bounds.maxSearches) return null;
        if (this.suffices(some)) return some;
      }
    return null;
  }

  /** One result after another that leaves an order of the rest. */
  private possible(calls: readonly Call<O, R>[]): R[] {
    const { explains } = this.specification;
    const found: R[] = [];
    const accepts = (call: Call<O, R>, result: R) =>
      call.id === this.last.id
        ? !found.some((one) => explains(result, one))
        : explains(result, call.result as R);
    while (found.length < mostResults) {
      const verdict = this.search(this.only(calls), accepts);
      if (verdict.verdict !== 'order') break;
      const placed = verdict.order.find(({ call }) => call.id === this.last.id);
      if (placed !== undefined) found.push(placed.result);
    }
    return found;
  }
}

const mostResults = 8;
const leastNodes = 10_000;

function orderedPairs<O, R>(calls: readonly Call<O, R>[]) {
  const pairs = calls.flatMap((a) =>
    calls.filter((b) => precedes(a, b)).map((b) => [a, b] as const),
  );
  // What follows from two others is not said.
  return pairs.filter(([a, b]) => !calls.some((m) => precedes(a, m) && precedes(m, b)));
}

/** The subsets of one size, in the order of the list. */
function* subsets<T>(all: readonly T[], size: number, from = 0): Generator<readonly T[]> {
  if (size === 0) yield [];
  else
    for (let at = from; at <= all.length - size; at++)
      for (const rest of subsets(all, size - 1, at + 1)) yield [all[at] as T, ...rest];
}
