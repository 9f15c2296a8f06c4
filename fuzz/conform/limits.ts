// Calls that the engine could make but not in sensible time: it keeps every page and every entry.

import type { Call } from './calls.ts';
import type { Entry } from './log.ts';
import type { Machine } from './machine.ts';

const mostPages = 2 ** 18;
const userMemoryEnd = 2 ** 47;

/** Why a call is not made; null: it is. */
export function tooLarge(call: Call, entry: Entry, { geometry }: Machine): string | null {
  if (call.call !== 'driver') return null;
  const { op } = call;
  const page = 2 ** geometry.pageShift;
  if (op.op === 'register') {
    const pinned = op.va % page === 0 && op.size % page === 0 && op.va + op.size <= userMemoryEnd;
    if (pinned && op.size / page > mostPages) return `more than ${mostPages} pages to pin`;
  }
  if (op.op === 'map' && entry.fields['ret'] === 0 && op.size / 4096 > mostPages)
    return `more than ${mostPages} entries to map`;
  return null;
}
