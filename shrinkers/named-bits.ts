// A clear of the dirty log takes what its task's last sync has reported, unless it names the bits
// itself: then the sync may go. No other pass can do without it, since the clear would clear nothing.

import type { AnyOp } from '../engine/program.ts';
import { dropOps, mapOps, opsOf, placesOf } from './edit.ts';
import { hasField, numberIn, withField } from './fields.ts';
import type { Pass, Shrinker } from './shrinker.ts';
import { pageShiftOf } from './topology.ts';

/** Above this many pages a clear is left as it is: nobody reads so many numbers. */
const mostBits = 64;

/** Names the bits of all pages of each clear and drops a sync; lists are shortened afterwards. */
export const namedBits: Pass = {
  name: 'named bits',
  run(shrinker) {
    for (const i of opsOf(shrinker.best.program).keys()) nameBits(shrinker, i);
  },
};

function nameBits(shrinker: Shrinker, i: number): void {
  const { program, moves } = shrinker.best;
  const ops = opsOf(program);
  const op = ops[i];
  const bits = op === undefined ? [] : bitsOf(op, 2 ** pageShiftOf(program));
  if (bits.length === 0) return;
  const named = mapOps(program, (o, at) => (at === i ? withField(o, 'bits', bits) : o));
  for (const [j, place] of placesOf(program).entries()) {
    if (ops[j]?.op !== 'sync_dirty_log') continue;
    if (shrinker.considerProgram(dropOps({ program: named, moves }, [place]))) return;
  }
}

/** The numbers of all pages that the operation clears; none where it names them, or is no clear. */
function bitsOf(op: AnyOp, page: number): number[] {
  if (op.op !== 'clear_dirty_log' || hasField(op, 'bits')) return [];
  const first = Math.floor(((numberIn(op, 'iova') ?? 0) - (numberIn(op, 'base') ?? 0)) / page);
  const pages = Math.ceil((numberIn(op, 'size') ?? 0) / page);
  if (first < 0 || pages > mostBits) return [];
  return Array.from({ length: pages }, (_, n) => first + n);
}
