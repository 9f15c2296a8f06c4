// Operations in words, one line each: what programs, lanes and findings show.

import { hex } from '../hex.ts';
import type { Op } from './vocabulary.ts';

/** `map c0 iova 0x1000 va 0x10000 size 0x2000`: equal operations have equal texts. */
export function opText(op: Op): string {
  const words: string[] = [op.op, `c${op.container}`];
  for (const [name, value] of Object.entries(op)) {
    if (name === 'op' || name === 'container') continue;
    if (name === 'group') words.push(`g${value}`);
    else if (value === true) words.push(name);
    else words.push(name, small.has(name) ? String(value) : hex(value as number));
  }
  return words.join(' ');
}

/** Arguments that are counts rather than addresses. */
const small = new Set(['flags', 'pageShift', 'levels', 'extension']);
