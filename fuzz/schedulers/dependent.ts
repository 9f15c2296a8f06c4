// Which announced accesses of two tasks do not commute: performed in the other order, they may leave
// or show something else. Wider than a data race: marked accesses and locks count as well.

import { type Access, Flag } from '../../engine/runtime/index.ts';

const touching = Flag.reads | Flag.mutates | Flag.waits;

export function dependent(a: Access, b: Access): boolean {
  // The end of an object's life is a matter for whoever touches any cell of it.
  if (((a.flags | b.flags) & Flag.lifetime) !== 0) return a.cell.object === b.cell.object;
  if (a.cell !== b.cell || ((a.flags | b.flags) & Flag.mutates) === 0) return false;
  if ((a.flags & touching) === 0 || (b.flags & touching) === 0) return false;
  // Readers of a rw_semaphore and RCU read-side sections let each other in.
  return a.lock?.shared !== true || b.lock?.shared !== true;
}
