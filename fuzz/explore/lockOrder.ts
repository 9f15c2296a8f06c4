// Lock order in exhaustive search. A circle gathered over the whole search may be made of two runs,
// which proves nothing. So the search gathers pairs first; only if some form a circle is it repeated
// with just those pairs as part of a state's identity, until one run alone shows the circle.

import { LockOrder, type OrderWatch, type Trip } from '../../engine/runtime/index.ts';

/** What a search is told of lock nesting. */
export interface SearchOrders extends OrderWatch {
  /** What the current path has shown: part of the state's identity, restored on undo. */
  mask: number;
}

/** Bits of a mask. */
const maxPairs = 31;

/** First pass: gathers `outer > inner` pairs and judges nothing. */
export class GatheredOrders implements SearchOrders {
  mask = 0;
  private readonly seen = new Set<string>();

  add(orders: readonly string[]): void {
    for (const order of orders) this.seen.add(order);
  }

  /** The pairs that lie on a circle, in alphabetical order. */
  circular(): string[] {
    const pairs = [...this.seen].sort().map((order) => order.split(' > ') as [string, string]);
    const reaches = (from: string, to: string, met = new Set<string>()): boolean =>
      from === to ||
      pairs.some(([outer, inner]) => {
        if (outer !== from || met.has(inner)) return false;
        return reaches(inner, to, met.add(inner));
      });
    return pairs.filter(([outer, inner]) => reaches(inner, outer)).map((pair) => pair.join(' > '));
  }
}

/** Second pass: follows the suspected pairs along the path and trips when they close a circle. */
export class OrdersOnPath implements SearchOrders {
  mask = 0;
  /** Some suspects are not followed: finding nothing proves nothing. */
  readonly truncated: boolean;
  private readonly suspects: readonly string[];
  private readonly bits: ReadonlyMap<string, number>;
  private readonly verdicts = new Map<number, Trip | null>();

  constructor(suspects: readonly string[]) {
    this.suspects = suspects.slice(0, maxPairs);
    this.truncated = suspects.length > maxPairs;
    this.bits = new Map(this.suspects.map((order, i) => [order, 1 << i]));
  }

  add(orders: readonly string[]): void {
    for (const order of orders) this.mask |= this.bits.get(order) ?? 0;
    if (this.mask === 0) return;
    let verdict = this.verdicts.get(this.mask);
    if (verdict === undefined) this.verdicts.set(this.mask, (verdict = this.judge(this.mask)));
    if (verdict !== null) throw verdict;
  }

  private judge(mask: number): Trip | null {
    try {
      new LockOrder().add(this.suspects.filter((_, i) => (mask & (1 << i)) !== 0));
      return null;
    } catch (trip) {
      return trip as Trip;
    }
  }
}
