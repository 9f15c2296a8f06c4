// When two announced accesses of two tasks depend on each other: performed in one order or the other,
// they may lead to different states, answer differently, or let the other one wait. Partial order
// reduction rests on this file; everything that a step touches must show here.

import { type Access, Flag } from './access.ts';
import type { Held } from './discipline.ts';

export function dependent(a: Access, b: Access): boolean {
  if (a.cell.object !== b.cell.object) return false;
  const either = a.flags | b.flags;
  // Every access of an object looks at its life.
  if ((either & Flag.lifetime) !== 0) return true;
  if ((either & Flag.mutates) === 0) return false;
  if (a.cell !== b.cell) return (either & Flag.whole) !== 0;
  if (!touches(a) || !touches(b)) return false;
  return a.commutes === null || a.commutes !== b.commutes;
}

/** Whether the access depends on the value of its cell, or changes it. */
function touches({ flags, outcome }: Access): boolean {
  return (flags & (Flag.reads | Flag.mutates | Flag.waits)) !== 0 || outcome !== null;
}

/** A lock that a task must hold, or be able to take, at some point of its code. */
export interface Guard {
  readonly cell: Held['cell'];
  readonly shared: boolean;
}

/** The locks without which the access cannot be performed. RCU excludes nobody. */
export function guardsOf(held: readonly Held[], { cell, lock, flags }: Access): readonly Guard[] {
  const guards: Guard[] = held.filter((h) => h.type !== 'rcu');
  const takes = lock?.action === 'acquire' && (flags & Flag.waits) !== 0;
  return takes ? [...guards, { cell, shared: lock.shared }] : guards;
}

/**
 * Whether nobody gets past these guards while a task holds these locks. `readers`: let readers keep
 * readers out as well, which is wrong.
 */
export function excluded(
  held: readonly Held[],
  guards: readonly Guard[],
  readers = false,
): boolean {
  return held.some(
    (h) =>
      h.type !== 'rcu' &&
      guards.some((g) => g.cell === h.cell && (readers || !(g.shared && h.shared))),
  );
}
