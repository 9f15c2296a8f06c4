// Lock discipline, judged along each task's own history: which locks it holds is a function of what
// it did, so these checks run once for each tree edge. The order in which locks nest is gathered
// over a whole run or search.

import { type Access, Flag, type LockAction } from './access.ts';
import type { Cell } from './cell.ts';
import type { Value } from './hash.ts';
import { Trip } from './trip.ts';

export interface Held {
  readonly cell: Cell<Value>;
  readonly type: LockAction['type'];
  readonly shared: boolean;
}

/** In the same order, and shared by both or by neither. */
export function sameLocks(a: readonly Held[], b: readonly Held[]): boolean {
  return (
    a === b ||
    (a.length === b.length && a.every((h, i) => h.cell === b[i]?.cell && h.shared === b[i].shared))
  );
}

/** As lockdep does, locks are classed by where they live, not by instance. */
const lockClass = (cell: Cell<Value>) => `${cell.object.kind}.${cell.field}`;

export function heldAfter(held: readonly Held[], access: Access): readonly Held[] {
  const { lock, cell } = access;
  if (lock === null) return held;
  if (lock.action === 'acquire') return [...held, { cell, type: lock.type, shared: lock.shared }];
  const at = held.findLastIndex((h) => h.cell === cell);
  return at < 0 ? held : held.toSpliced(at, 1);
}

export function ordersOf(held: readonly Held[], access: Access): readonly string[] | null {
  if (access.lock?.action !== 'acquire' || access.lock.type === 'rcu') return null;
  const orders = held
    .filter((h) => h.type !== 'rcu')
    .map((h) => `${lockClass(h.cell)} > ${lockClass(access.cell)}`);
  return orders.length === 0 ? null : orders;
}

const atomic = (held: readonly Held[]) =>
  held.find((h) => h.type === 'spinlock' || h.type === 'rcu');

export function checkSleep(held: readonly Held[], op: string): void {
  const h = atomic(held);
  if (h === undefined) return;
  const where = h.type === 'rcu' ? 'in an RCU read-side section' : `holding ${lockClass(h.cell)}`;
  throw new Trip('sleep-in-atomic', h.cell.object, `${op} may sleep ${where}`, lockClass(h.cell));
}

/** What may be said as soon as an access is announced, whether or not it ever gets its turn. */
export function checkAnnounced(held: readonly Held[], access: Access, op: string): void {
  if ((access.flags & Flag.sleeps) !== 0) checkSleep(held, op);
  if (access.lock?.action !== 'acquire' || access.lock.type === 'rcu') return;
  if (!held.some((h) => h.cell === access.cell)) return;
  const name = lockClass(access.cell);
  throw new Trip('self-deadlock', access.cell.object, `${op} takes ${name}, which it holds`, name);
}

export function checkReturn(held: readonly Held[], op: string): void {
  const h = held[0];
  if (h === undefined) return;
  const name = lockClass(h.cell);
  throw new Trip('held-at-exit', h.cell.object, `${op} returns holding ${name}`, name);
}

/** Told of every lock taken while others are held, as `outer > inner` pairs of lock classes. */
export interface OrderWatch {
  add(orders: readonly string[]): void;
}

/** The nesting of lock classes seen so far; a cycle trips. */
export class LockOrder implements OrderWatch {
  private readonly after = new Map<string, Set<string>>();
  private readonly known = new Set<string>();

  add(orders: readonly string[]): void {
    for (const order of orders) if (!this.known.has(order)) this.insert(order);
  }

  private insert(order: string): void {
    const [outer, inner] = order.split(' > ') as [string, string];
    const back = this.path(inner, outer);
    if (back !== null) {
      const cycle = [outer, ...back];
      throw new Trip(
        'lock-order',
        null,
        `locks nest in a circle: ${cycle.join(' > ')}`,
        canonical(cycle),
      );
    }
    this.known.add(order);
    const set = this.after.get(outer) ?? new Set();
    this.after.set(outer, set.add(inner));
  }

  private path(from: string, to: string, seen = new Set<string>()): string[] | null {
    if (from === to) return [from];
    seen.add(from);
    for (const next of this.after.get(from) ?? []) {
      const rest = seen.has(next) ? null : this.path(next, to, seen);
      if (rest !== null) return [from, ...rest];
    }
    return null;
  }

  clear(): void {
    this.after.clear();
    this.known.clear();
  }
}

/** The same circle of locks, wherever the walk met it first. */
function canonical(cycle: readonly string[]): string {
  return [...new Set(cycle)].sort().join(', ');
}
